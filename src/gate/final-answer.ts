// Finds what an answer says in the end: the number under a chain of thought, the letter of a choice, the value of a JSON
// member. It only finds and never judges; every step takes time in proportion to the text, whatever the text is.
import { isObject, type Json } from '../call/json.ts';
import { readJson } from './json-answer.ts';

/** How the final answer was marked: `text` when nothing marks it, so that the whole text is the answer. */
export type FinalKind = 'member' | 'boxed' | 'marked' | 'said' | 'choice' | 'value' | 'code' | 'number' | 'text';

export interface FinalAnswer {
  kind: FinalKind;
  /** As it was written, without what marks it and without emphasis, quotes and full stops around it. */
  text: string;
}

/** What a text says in the end; null when it says nothing. */
export function finalAnswer(text: string): FinalAnswer | null {
  const whole = text.trim();
  if (whole === '') return null;
  for (const find of FINDERS) {
    const found = find(whole);
    if (found !== null && found.text !== '') return found;
  }
  const said = strip(whole);
  return { kind: 'text', text: said === '' ? whole : said };
}

/** The member of a JSON object that holds its answer; undefined when it has none. */
export function answerMember(value: Json): Json | undefined {
  if (!isObject(value)) return undefined;
  const name = MEMBERS.find((member) => value[member] !== undefined);
  return name === undefined ? undefined : value[name];
}

const MEMBERS = ['answer', 'final_answer', 'finalAnswer', 'final'];

type Finder = (text: string) => FinalAnswer | null;

const member: Finder = (text) => {
  if (text[0] !== '{' && !text.startsWith('```')) return null;
  const reading = readJson(text, true);
  const value = reading.ok ? answerMember(reading.value) : undefined;
  if (value === undefined) return null;
  return { kind: 'member', text: typeof value === 'string' ? strip(value) : JSON.stringify(value) };
};

/** The content of the last `\boxed{}`, as answers to mathematics end. */
const boxed: Finder = (text) => {
  const start = text.lastIndexOf('\\boxed{');
  if (start === -1) return null;
  const from = start + '\\boxed{'.length;
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return { kind: 'boxed', text: text.slice(from, at).trim() };
  }
  return null;
};

/** What follows `####` as in GSM8K, when nothing or only a number follows; else it is a heading. */
const marked: Finder = (text) => {
  const start = text.lastIndexOf('####');
  if (start === -1) return null;
  const from = start + '####'.length;
  const end = lineEnd(text, from);
  const said = strip(text.slice(from, end));
  const isEnd = text.slice(end).trim() === '';
  return isEnd || (said.length <= SHORT && /^[-+]?[$€£]?[\d,.]+%?$/.test(said)) ? { kind: 'marked', text: said } : null;
};

/** Longest final answer in characters; what is longer is an explanation. */
const SHORT = 100;
/** Longest way from the word "answer" to its verb or colon in characters. */
const REACH = 60;
/** How many of the last places with the word are looked at. */
const PLACES = 6;

/** "The answer is X", "Final answer: X", the last that is followed by something short. */
const said: Finder = (text) => {
  const places = [...text.matchAll(/answer/gi)].slice(-PLACES).reverse();
  for (const { index } of places) {
    const found = saidAt(text, index + 'answer'.length);
    if (found !== null) return found;
  }
  return null;
};

function saidAt(text: string, from: number): FinalAnswer | null {
  const verb = /^[^.:=\n]{0,60}?(\bis\b:?|:|=)/.exec(text.slice(from, from + REACH + 4));
  if (verb === null) return null;
  let start = from + verb[0].length;
  while (start < text.length && /[\s*_`]/.test(text[start] as string)) start++;
  const end = lineEnd(text, start);
  const line = text.slice(start, Math.min(end, start + 4 * SHORT)).trim();
  const sentence = firstSaid(line);
  // A colon alone may also stand before a chain of thought.
  const isCertain =
    verb[1] !== ':' || (line.length <= SHORT && sentence.length >= line.length - 2) || choiceIn(line) !== null;
  if (!isCertain || sentence === '' || sentence.length > SHORT) return null;
  return { kind: 'said', text: choiceIn(sentence) ?? sentence };
}

/** Up to where the sentence ends or begins to give reasons. */
function firstSaid(line: string): string {
  const isList = /^[([{$\\"'`*]/.test(line);
  const end = line.search(
    isList ? /\.(?:\s|$)|\sbecause\s/ : /\.(?:\s|$)|[,;](?:\s|$)|\s(?:because|since|as|so|which)\s|\s\(/,
  );
  return strip(end === -1 ? line : line.slice(0, end));
}

/** A letter of a choice or a yes or no, in the first line or alone in the last. */
const choice: Finder = (text) => {
  const firstLine = text.slice(0, lineEnd(text, 0));
  const lastLine = text.slice(text.lastIndexOf('\n') + 1);
  const first = choiceIn(firstLine);
  const last = choiceIn(lastLine);
  const found =
    last !== null && strip(lastLine).length <= 3
      ? last
      : first !== null && last !== null && first !== last
        ? null
        : (first ?? last);
  return found === null ? null : { kind: 'choice', text: found };
};

/** The letter or the yes or no that a line begins with: `(B)`, `B) Paris`, `**B**`, `B.`, `Yes, because`. */
function choiceIn(line: string): string | null {
  const start = line.slice(0, 24).replace(/^[\s*_`"']+/, '');
  const letter = /^(?:\(([A-J])\)|([A-J])(?=[).:]|\*\*|\s*$))(?!\.\s?[A-Z]\.)/.exec(start);
  if (letter !== null && (letter[1] !== undefined || strip(line).length === 1 || start.length > 1)) {
    return (letter[1] ?? letter[2]) as string;
  }
  const word = /^(yes|no|true|false)(?=[.,;:!*]|\s*$)/i.exec(start);
  return word === null ? null : (word[1] as string);
}

/** A literal of a program: a list, a tuple, an object. */
const value: Finder = (text) => {
  const bare = unfenced(text);
  const close = CLOSES[bare[0] as string];
  return close !== undefined && bare.at(-1) === close ? { kind: 'value', text: bare } : null;
};

const CLOSES: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };

/** The last fenced block. */
const code: Finder = (text) => {
  const end = text.lastIndexOf('\n```');
  const start = end === -1 ? -1 : text.lastIndexOf('```', end - 1);
  if (start === -1) return null;
  const body = text.slice(lineEnd(text, start), end).trim();
  return { kind: 'code', text: body };
};

/** The last number of a text that says more than one thing. */
const number: Finder = (text) => {
  if (text.length <= SHORT_TEXT && !text.includes('\n')) return null;
  let last = text.length - 1;
  while (last >= 0 && !isDigit(text.charCodeAt(last))) last--;
  if (last === -1) return null;
  const found = NUMBER_AT_END.exec(text.slice(Math.max(0, last - 40), last + 1));
  if (found === null) return null;
  return { kind: 'number', text: found[0] + (text[last + 1] === '%' ? '%' : '') };
};

/** A text up to this length, in characters, is its own final answer. */
const SHORT_TEXT = 60;
const NUMBER_AT_END = /(?<![\w).,])[-+]?[$€£]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:\/\d+)?$|\d[\d,]*(?:\.\d+)?$/;

const FINDERS: readonly Finder[] = [member, boxed, marked, said, choice, value, code, number];

function isDigit(char: number): boolean {
  return char >= 48 && char <= 57;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

/** Without the Markdown fence around all of it. */
function unfenced(text: string): string {
  if (!text.startsWith('```') || !text.endsWith('```')) return text;
  const end = text.indexOf('\n');
  return end === -1 ? text : text.slice(end, -3).trim();
}

const AROUND = new Set(' \t\r\n*_`"\'“”‘’');
const AFTER = new Set('.!,;:');

/** Without emphasis, quotes and white space around it, and without full stops behind it. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && AROUND.has(text[start] as string)) start++;
  while (end > start && (AROUND.has(text[end - 1] as string) || AFTER.has(text[end - 1] as string))) end--;
  return text.slice(start, end);
}
