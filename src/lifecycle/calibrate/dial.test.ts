import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { countTokens } from '../../catalog/token-count.ts';
import { compileGates } from '../../gate/compile.ts';
import { ALONE, type Answer, type Gate, type Question } from '../../gate/gate.ts';
import type { GateConfig } from '../../gate/gate-config.ts';
import { type Dial, dialsOf, isDialGate, isPassed, type Recall } from './dial.ts';

const QUESTION: Question = { ask: '', turns: [], tools: [], schema: null, failedCalls: [] };

function answerOf(text: string, more: Partial<Answer> = {}): Answer {
  return {
    text,
    toolCalls: [],
    finish: { reason: 'stop', raw: 'stop' },
    refusal: null,
    logprobs: null,
    isComplete: true,
    ...more,
  };
}

const nobody: Recall = () => null;

function dialsIn(
  accept: readonly GateConfig[],
  { recall = nobody, frozen = [] }: { recall?: Recall; frozen?: string[] } = {},
): Dial[] {
  return dialsOf({ name: 't', accept }, { recall, frozen });
}

async function gateOf(config: GateConfig): Promise<Gate> {
  const { gates } = await compileGates([config], { folder: '.', countTokens: (text) => countTokens(text, 'generic') });
  return gates[0] as Gate;
}

const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
const logprobs = fc.option(fc.array(fc.double({ min: -6, max: 0, noNaN: true }), { maxLength: 5 }), { nil: null });
const text = fc.oneof(
  fc.string(),
  share.map((score) => `{"confidence": ${score}}`),
  fc.array(fc.constantFrom('word', 'a\nline', ' ', '𝒂'), { maxLength: 30 }).map((words) => words.join(' ')),
);
const call = fc.constantFrom<Answer['toolCalls'][]>([], [{ id: 'c', name: 'look', arguments: '{}' }]);

describe('a dial lets pass what its gate lets pass at the same number', () => {
  const hold = (config: (number: number) => GateConfig, number: fc.Arbitrary<number>): Promise<void> =>
    fc.assert(
      fc.asyncProperty(number, text, logprobs, call, async (value, said, probabilities, toolCalls) => {
        const answer = answerOf(said, { logprobs: probabilities, toolCalls });
        const verdict = await (await gateOf(config(value))).check(answer, QUESTION, ALONE);
        const [dial] = dialsIn([config(value)]);
        assert.ok(dial !== undefined && dial.value === value);
        assert.equal(isPassed(dial, dial.read(answer, QUESTION).value as number, value), verdict.pass, verdict.reason);
      }),
    );

  test('of a confidence', () =>
    hold(
      (min) => ({ kind: 'confidence', min, place: { kind: 'pointer', pointer: '/confidence', isFenced: false } }),
      share,
    ));

  test('of log probabilities', async () => {
    await hold((min) => ({ kind: 'logprobs', min, at: 'mean' }), share);
    await hold((min) => ({ kind: 'logprobs', min, at: 'first-token' }), share);
  });

  test('of a length, at either end and in every unit', async () => {
    const count = fc.integer({ min: 0, max: 40 });
    for (const unit of ['characters', 'words', 'lines', 'tokens'] as const) {
      await hold((max) => ({ kind: 'length', bounds: { [unit]: { min: null, max } } }), count);
      await hold((min) => ({ kind: 'length', bounds: { [unit]: { min, max: null } } }), count);
    }
  });

  test('of a judge, by what it has said', async () => {
    const reply = fc.oneof(
      share.map((score) => JSON.stringify({ score, reason: '' })),
      fc.constant('hm'),
    );
    await fc.assert(
      fc.asyncProperty(share, reply, async (min, said) => {
        const config: GateConfig = { kind: 'judge', model: 'opus', rubric: 'r', min };
        const ask = () => Promise.resolve({ text: said, costNanoUsd: 7 });
        const verdict = await (await gateOf(config)).check(answerOf('x'), QUESTION, { ...ALONE, ask });
        const kept = { kind: 'reply' as const, key: 'k', model: 'opus', at: '', text: said, costNanoUsd: 7 };
        const [dial] = dialsIn([config], { recall: () => kept });
        const measure = dial?.read(answerOf('x'), QUESTION);
        assert.ok(dial !== undefined && measure !== undefined);
        assert.equal(isPassed(dial, measure.value as number, min), verdict.pass);
        assert.equal(measure.costNanoUsd, verdict.costNanoUsd);
      }),
    );
  });
});

describe('the dials of a task', () => {
  const judge: GateConfig = { kind: 'judge', model: 'opus', rubric: 'r', min: 0.8 };
  const length: GateConfig = { kind: 'length', bounds: { words: { min: 1, max: 30 }, tokens: { min: null, max: 90 } } };

  test('are every number that is written, with its place, the judges last', () => {
    const dials = dialsIn([judge, { kind: 'refusal' }, length]);
    assert.deepEqual(
      dials.map(({ name, path, value, unit }) => [name, path.slice(2).join('.'), value, unit]),
      [
        ['length.min_words', 'accept.2.length.min_words', 1, 'whole'],
        ['length.max_words', 'accept.2.length.max_words', 30, 'whole'],
        ['length.max_tokens', 'accept.2.length.max_tokens', 90, 'whole'],
        ['judge.min', 'accept.0.judge.min', 0.8, 'share'],
      ],
    );
    assert.deepEqual(
      ['judge', 'refusal', 'length', 'finish'].map((name) => isDialGate({ name })),
      [true, false, true, false],
    );
  });

  test('of a judge that stands for the truth are not free', () => {
    assert.deepEqual(
      dialsIn([judge, length], { frozen: ['opus'] }).map(({ isFree }) => isFree),
      [true, true, true, false],
    );
    assert.deepEqual(
      dialsIn([judge], { frozen: ['sonnet'] }).map(({ isFree }) => isFree),
      [true],
    );
  });

  test('measure nothing where a judge has not been asked', () => {
    assert.deepEqual(dialsIn([judge])[0]?.read(answerOf('x'), QUESTION), { value: null, costNanoUsd: 0 });
  });
});
