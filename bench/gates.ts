// Measures what a gate costs: microseconds per answer of about 2 KB that passes, and per event for early rejection.
// Usage: node bench/gates.ts [--json]. A command, never a test.
import { countTokens } from '../src/catalog/token-count.ts';
import { compileGates } from '../src/gate/compile.ts';
import { ALONE, type Answer, type Gate, type GateContext, type Question } from '../src/gate/gate.ts';
import { CODE_LANGUAGES, type GateConfig } from '../src/gate/gate-config.ts';
import { rejectEarly } from '../src/gate/run-gates.ts';
import { AnswerBuilder } from '../src/judged.ts';
import { measure, round } from './measure.ts';

const SENTENCE =
  'The meeting has been moved to Thursday, because the room with the large screen is not available before. ';
const PROSE = SENTENCE.repeat(20);
const ITEMS = Array.from({ length: 24 }, (_, index) => ({
  id: index,
  name: `item number ${index}`,
  tags: ['a', 'b'],
  open: true,
}));
const DOCUMENT = JSON.stringify({ label: 'bug', confidence: 0.93, items: ITEMS });
const BLOCKS = [
  '```ts\nexport function add(a: number, b: number): number {\n  return a + b;\n}\n```',
  '```python\ndef add(a: int, b: int) -> int:\n    return a + b\n```',
];
const CODE = Array.from({ length: 24 }, (_, index) => BLOCKS[index % 2]).join('\n\nThen:\n\n');
const SCHEMA = {
  type: 'object',
  properties: {
    label: { enum: ['billing', 'bug', 'sales'] },
    confidence: { type: 'number', minimum: 0, maximum: 1 },
    items: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { type: 'integer' },
          name: { type: 'string', maxLength: 80 },
          tags: { type: 'array', items: { type: 'string' } },
          open: { type: 'boolean' },
        },
        required: ['id', 'name'],
        additionalProperties: false,
      },
    },
  },
  required: ['label', 'confidence'],
};

const answerOf = (text: string, rest: Partial<Answer> = {}): Answer => ({
  text,
  toolCalls: [],
  finish: { reason: 'stop', raw: 'stop' },
  refusal: null,
  logprobs: null,
  isComplete: true,
  ...rest,
});
const QUESTION: Question = {
  ask: 'When does the meeting take place, and why was it moved?',
  turns: [{ role: 'user', text: 'When does the meeting take place, and why was it moved?' }],
  tools: [{ name: 'store', schema: SCHEMA }],
  schema: SCHEMA,
  failedCalls: [],
};
const CONTEXT: GateContext = {
  ...ALONE,
  model: 'first',
  ask: () => Promise.resolve({ text: '{"score":1,"reason":"Fine."}', costNanoUsd: 1 }),
  again: () => Promise.resolve({ answer: answerOf(`${PROSE}\n`), costNanoUsd: 1 }),
};
const MODULE = new URL('../examples/gates/no-todo.mjs', import.meta.url).pathname;

const CASES: [string, GateConfig, Answer][] = [
  ['json_schema', { kind: 'json_schema', schema: SCHEMA, file: null, isFenced: false }, answerOf(DOCUMENT)],
  ['json_schema_request', { kind: 'json_schema', schema: 'request', file: null, isFenced: false }, answerOf(DOCUMENT)],
  [
    'one_of',
    { kind: 'one_of', values: ['billing', 'bug'], at: '/label', ignoreCase: false, isFenced: false },
    answerOf(DOCUMENT),
  ],
  ['pattern', { kind: 'pattern', pattern: /^[A-Z][^<>]+$/u }, answerOf(PROSE)],
  [
    'length',
    { kind: 'length', bounds: { words: { min: 1, max: 900 }, tokens: { min: 1, max: 900 } } },
    answerOf(PROSE),
  ],
  ['refusal', { kind: 'refusal' }, answerOf(PROSE)],
  ['hedging', { kind: 'hedging' }, answerOf(PROSE)],
  ['finish', { kind: 'finish', expect: 'complete' }, answerOf(PROSE)],
  [
    'tool_calls',
    { kind: 'tool_calls' },
    answerOf('', { toolCalls: [{ id: 'c', name: 'store', arguments: DOCUMENT }] }),
  ],
  ['language', { kind: 'language', allowed: 'same', minLetters: 20 }, answerOf(PROSE)],
  ['code', { kind: 'code', languages: CODE_LANGUAGES }, answerOf(CODE)],
  [
    'logprobs',
    { kind: 'logprobs', min: 0.5, at: 'mean' },
    answerOf(PROSE, { logprobs: Array.from({ length: 500 }, () => -0.1) }),
  ],
  [
    'confidence',
    { kind: 'confidence', min: 0.7, place: { kind: 'pointer', pointer: '/confidence', isFenced: false } },
    answerOf(DOCUMENT),
  ],
  ['module', { kind: 'module', file: MODULE, timeLimitMs: 1_000 }, answerOf(PROSE)],
  ['judge', { kind: 'judge', model: 'm', rubric: 'Correct.', min: 0.5 }, answerOf(PROSE)],
  [
    'agreement',
    { kind: 'agreement', model: 'second', compare: 'auto', embedding: null, at: null, pattern: null, tolerance: 1e-6 },
    answerOf(PROSE),
  ],
];

async function main(): Promise<void> {
  const results: Record<string, number> = {};
  for (const [name, config, answer] of CASES) {
    const gate = await gateOf(config);
    const verdict = await gate.check(answer, QUESTION, CONTEXT);
    if (!verdict.pass) throw new Error(`${name}: ${verdict.reason}`);
    results[`gate_${name}_us`] = gate.isCostly ? await measureWaiting(gate, answer) : measureCheck(name, gate, answer);
  }
  results.gate_early_event_us = await measureEarly();
  print(results);
}

async function gateOf(config: GateConfig): Promise<Gate> {
  const { gates, problems } = await compileGates([config], {
    folder: import.meta.dirname,
    countTokens: (text) => countTokens(text, 'o200k'),
  });
  if (gates[0] === undefined) throw new Error(problems[0]?.message);
  return gates[0];
}

function measureCheck(name: string, gate: Gate, answer: Answer): number {
  return measure({ name, run: () => gate.check(answer, QUESTION, CONTEXT) })[`${name}_p50_us`] as number;
}

/** What a gate that waits costs by itself, when what it waits for is there at once. */
async function measureWaiting(gate: Gate, answer: Answer): Promise<number> {
  const samples: number[] = [];
  for (let lap = 0; lap < 300; lap++) {
    const from = performance.now();
    for (let index = 0; index < 20; index++) await gate.check(answer, QUESTION, CONTEXT);
    samples.push(((performance.now() - from) * 1000) / 20);
  }
  return round(samples.sort((a, b) => a - b)[150] as number);
}

/** One event of a stream of 500, all gates asked after each, the building of the answer included. */
async function measureEarly(): Promise<number> {
  const gates = await Promise.all(
    CASES.filter(([name]) => ['pattern', 'length', 'refusal'].includes(name)).map(([, config]) => gateOf(config)),
  );
  const pieces = PROSE.match(/.{1,4}/gs) ?? [];
  const run = (): void => {
    const builder = new AnswerBuilder();
    for (const text of pieces) {
      builder.push({ type: 'text', choice: 0, text });
      if (rejectEarly(gates, builder.answer, QUESTION) !== null) throw new Error('rejected');
    }
  };
  return measure({ name: 'early', run, operations: pieces.length }).early_p50_us as number;
}

function print(results: Record<string, number>): void {
  if (process.argv.includes('--json')) console.log(JSON.stringify(results));
  else for (const [name, value] of Object.entries(results)) console.log(`${name.padEnd(30)} ${value}`);
}

await main();
