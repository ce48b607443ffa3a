// What promptfoo asserts of an answer as gates and references of ours, where there is an equivalent. Source: promptfoo's page of deterministic
// metrics (promptfoo.dev/docs/configuration/expected-outputs/deterministic), 2026-11-28.
import { isObject, type Json, type JsonObject } from '../../../call/json.ts';
import { patternProblem } from '../../../call/pattern.ts';

/** An assertion whose templates have been filled in. */
export interface Assertion {
  type: string;
  value: Json | undefined;
  threshold: number | null;
}

/** What it becomes: an item of `accept`, the reference, or the reason why it cannot be taken over. */
export type Taken = { gates: JsonObject[]; reference?: Json | undefined } | { refused: string };

export interface AssertionOptions {
  /** The configured model that judges by rubrics; null: rubrics are not taken over. */
  judge: string | null;
  /** Reads a `file://` reference as JSON or YAML. Throws Error. */
  readData: (reference: string) => Json;
}

type Take = (assertion: Assertion, options: AssertionOptions) => Taken;

const TAKES: Readonly<Record<string, Take>> = {
  equals: ({ value }, options) => equal(fromFile(value, options)),
  'not-equals': ({ value }) => pattern(textsOf(value).map((text) => `^(?!${literal(text)}$)`)),
  contains: ({ value }) => pattern(textsOf(value).map(literal)),
  'not-contains': ({ value }) => pattern(textsOf(value).map((text) => without(literal(text)))),
  icontains: ({ value }) => pattern(textsOf(value).map(anyCase)),
  'not-icontains': ({ value }) => pattern(textsOf(value).map((text) => without(anyCase(text)))),
  'contains-all': ({ value }) => pattern(textsOf(value).map(literal)),
  'icontains-all': ({ value }) => pattern(textsOf(value).map(anyCase)),
  'contains-any': ({ value }) => pattern([oneOf(textsOf(value).map(literal))]),
  'icontains-any': ({ value }) => pattern([oneOf(textsOf(value).map(anyCase))]),
  'not-contains-any': ({ value }) => pattern([without(oneOf(textsOf(value).map(literal)))]),
  'not-icontains-any': ({ value }) => pattern([without(oneOf(textsOf(value).map(anyCase)))]),
  'starts-with': ({ value }) => pattern(textsOf(value).map((text) => `^${literal(text)}`)),
  'not-starts-with': ({ value }) => pattern(textsOf(value).map((text) => `^(?!${literal(text)})`)),
  regex: ({ value }) => pattern(textsOf(value)),
  'not-regex': ({ value }) => pattern(textsOf(value).map((source) => without(source))),
  'is-json': ({ value }, options) => schema(fromFile(value, options)),
  'llm-rubric': rubric,
  'model-graded-closedqa': rubric,
  'word-count': ({ value }) => words(value),
  'finish-reason': ({ value }) =>
    value === 'stop'
      ? { gates: [{ finish: 'complete' }] }
      : { refused: 'only the reason `stop` has an equivalent, the gate `finish: complete`' },
  'not-is-refusal': () => ({ gates: [{ refusal: true }] }),
};

/** Where something else does what the assertion does. */
const HINTS: Readonly<Record<string, string>> = {
  javascript: 'write it as a `module` gate of the task',
  python: 'write it as a `module` gate of the task',
  cost: 'it is no property of an answer; a task has `max_cost_usd`, and `tierline evaluate` has --max-cost-rise',
  latency: 'it is no property of an answer; a task has `latency_budget`',
  'contains-json': 'JSON inside prose never passes a gate; `is-json` asks for JSON alone',
  similar: 'there is no gate for similarity; a `judge` may do',
  factuality: 'write it as `llm-rubric`',
};

export function takeOver(assertion: Assertion, options: AssertionOptions): Taken {
  const take = Object.hasOwn(TAKES, assertion.type) ? TAKES[assertion.type] : undefined;
  try {
    if (take !== undefined) return take(assertion, options);
  } catch (error) {
    return { refused: (error as Error).message };
  }
  const plain = assertion.type.replace(/^not-/, '');
  const hint = Object.hasOwn(HINTS, plain) ? HINTS[plain] : undefined;
  return { refused: hint === undefined ? 'there is no equivalent' : `there is no equivalent: ${hint}` };
}

/** An assertion as a cell of a table has it: `contains: Paris`, `similar(0.8): Hello`; without a type it is `equals`. */
export function readCompact(cell: string): Assertion {
  const [, type = '', threshold, value = ''] = /^(not-)?[a-z][a-z-]*[a-z](?=[:(]|$)/.test(cell)
    ? (/^([a-z-]+)(?:\((\d+(?:\.\d+)?)\))?(?::([\s\S]*))?$/.exec(cell) ?? [])
    : [];
  if (type === 'grade') return { type: 'llm-rubric', value: value.trim(), threshold: null };
  if (type === 'fn' || type === 'eval') return { type: 'javascript', value, threshold: null };
  if (!isKnownType(type)) return { type: 'equals', value: cell, threshold: null };
  const isList = /contains-(all|any)$/.test(type);
  return {
    type,
    value: isList ? value.split(',').map((item) => item.trim()) : value.trim() === '' ? undefined : value.trim(),
    threshold: threshold === undefined ? null : Number(threshold),
  };
}

/** A type of ours, or one that is known to be one of promptfoo's. */
function isKnownType(type: string): boolean {
  return Object.hasOwn(TAKES, type) || Object.hasOwn(HINTS, type) || OTHER_TYPES.test(type);
}

const OTHER_TYPES =
  /^(not-)?(answer-relevance|bleu|classifier|contains-(html|sql|xml)|context-[a-z]+|g-eval|gleu|guardrails|is-(html|refusal|sql|xml|valid-[a-z-]+)|levenshtein|meteor|moderation|perplexity(-score)?|pi|python|rouge-n|ruby|webhook|word-count)$/;

function equal(value: Json | undefined): Taken {
  if (value === undefined || value === null) return { refused: 'it has no value' };
  if (typeof value === 'object') return { gates: [], reference: value };
  const text = String(value).trim();
  return { gates: [text === '' ? { pattern: '^$' } : { one_of: [text] }], reference: String(value) };
}

function textsOf(value: Json | undefined): string[] {
  const values = Array.isArray(value) ? value : [value];
  return values.map((item) => {
    if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean') return String(item);
    throw new Error('its value is no text');
  });
}

function pattern(sources: readonly string[]): Taken {
  for (const source of sources) {
    const problem = patternProblem(source);
    if (problem !== null) return { refused: `the pattern ${source} ${problem}` };
  }
  return { gates: sources.map((source) => ({ pattern: source })) };
}

/** What only syntax makes of a text is taken back. */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

/** Letter by letter: not every engine that runs this knows a flag inside a pattern. */
function anyCase(text: string): string {
  return Array.from(text, (character) => {
    const cases = new Set([character, character.toLowerCase(), character.toUpperCase()]);
    const single = [...cases].filter((one) => Array.from(one).length === 1);
    return single.length > 1 ? `[${single.join('')}]` : literal(character);
  }).join('');
}

function oneOf(sources: readonly string[]): string {
  return `(?:${sources.join('|')})`;
}

function without(source: string): string {
  return String.raw`^(?![\s\S]*(?:${source}))`;
}

function schema(value: Json | undefined): Taken {
  if (value === undefined || value === '') return { gates: [{ json_schema: {} }] };
  const read = typeof value === 'string' ? (JSON.parse(value) as Json) : value;
  return isObject(read) ? { gates: [{ json_schema: read }] } : { refused: 'its schema is no object' };
}

function fromFile(value: Json | undefined, { readData }: AssertionOptions): Json | undefined {
  return typeof value === 'string' && value.startsWith('file://') ? readData(value) : value;
}

function rubric({ value, threshold }: Assertion, { judge }: AssertionOptions): Taken {
  if (judge === null) return { refused: 'it needs a judge: name a configured model with --judge' };
  const text = textsOf(value).join('\n').trim();
  if (text === '') return { refused: 'it has no value' };
  return { gates: [{ judge: { model: judge, rubric: text, min: threshold ?? 0.5 } }] };
}

function words(value: Json | undefined): Taken {
  const read = typeof value === 'string' && value.trim() !== '' ? (JSON.parse(value) as Json) : value;
  if (typeof read === 'number') return { gates: [{ length: { min_words: read, max_words: read } }] };
  const { min, max } = isObject(read) ? read : {};
  const bounds: JsonObject = {};
  if (typeof min === 'number') bounds.min_words = min;
  if (typeof max === 'number') bounds.max_words = max;
  return Object.keys(bounds).length === 0
    ? { refused: 'it says neither a number nor min or max' }
    : { gates: [{ length: bounds }] };
}
