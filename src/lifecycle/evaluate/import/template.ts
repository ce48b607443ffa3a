// Fills in templates as promptfoo writes them, as far as they are plain: `{{name}}` and `{{name.member}}`. Filters, conditions and loops are a
// programming language; they are refused by name, never left standing in a prompt.
import { isObject, type Json } from '../../../call/json.ts';

export type Vars = Readonly<Record<string, Json>>;

const MARK = /\{\{-?\s*([\s\S]*?)\s*-?\}\}|\{%-?\s*(\w*)[\s\S]*?%\}|\{#[\s\S]*?#\}/g;
const NAME = /^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\.\d+)*$/;
/** Values may name other values; nobody needs more rounds than that. */
const MOST_ROUNDS = 5;

/** Throws Error for what is not plain, and for a name that has no value. */
export function fillIn(template: string, vars: Vars, round = 0): string {
  return template.replaceAll(MARK, (mark: string, name: string | undefined, word: string | undefined) => {
    if (word !== undefined) throw new Error(`the template has {% ${word} %}, which is not supported`);
    if (name === undefined) return '';
    if (!NAME.test(name)) throw new Error(`the template has ${mark}: only plain names are supported`);
    const value = lookUp(name, vars);
    if (value === undefined) throw new Error(`the template names {{${name}}}, which has no value`);
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return round < MOST_ROUNDS && typeof value === 'string' ? fillIn(text, vars, round + 1) : text;
  });
}

/** The same for every text inside a JSON value. */
export function fillInAll(value: Json, vars: Vars): Json {
  if (typeof value === 'string') return fillIn(value, vars);
  if (Array.isArray(value)) return value.map((item) => fillInAll(item, vars));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fillInAll(member as Json, vars)]));
}

function lookUp(name: string, vars: Vars): Json | undefined {
  const [first = '', ...steps] = name.split('.');
  let value: Json | undefined = Object.hasOwn(vars, first) ? vars[first] : undefined;
  for (const step of steps) {
    if (Array.isArray(value)) value = value[Number(step)];
    else value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}
