import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../../call/json.ts';
import type { TaskConfig } from '../../../config/config.ts';
import { ALONE, type Question } from '../../../gate/gate.ts';
import { createOracle } from '../../profile/create-oracle.ts';
import { judge } from '../../profile/oracle.ts';
import { toSample } from '../../samples/sample.ts';
import { scriptedConfig } from '../scripted.fixture.ts';
import { type AssertionOptions, readCompact, takeOver } from './assertion.ts';

const OPTIONS: AssertionOptions = { judge: 'judge', readData: () => ({ type: 'object', required: ['k'] }) };
const CONFIG = scriptedConfig(
  '/nowhere',
  'http://127.0.0.1:1/v1',
  '{ t: { accept: [{ finish: any }], route: small } }',
);
const QUESTION: Question = { ask: '', turns: [], tools: [], schema: null, failedCalls: [] };

function take(type: string, value?: Json, threshold: number | null = null) {
  return takeOver({ type, value, threshold }, OPTIONS);
}

/** Whether an answer passes what an assertion has become, by the oracle that evaluations use. */
async function passes(type: string, value: Json | undefined, answer: string): Promise<boolean | null> {
  const taken = take(type, value);
  assert.ok('gates' in taken, JSON.stringify(taken));
  const { gates: accept, reference } = taken;
  const sample = toSample({
    prompt: 'p',
    ...(accept.length > 0 ? { accept } : {}),
    ...(reference === undefined ? {} : { reference }),
  });
  const oracle = await createOracle(CONFIG.tasks.get('t') as TaskConfig, {
    samples: [sample],
    config: CONFIG,
    engine: { gatesOf: () => [] },
    file: 'f',
  });
  const said = {
    text: answer,
    toolCalls: [],
    finish: { reason: 'stop' as const, raw: 'stop' },
    refusal: null,
    logprobs: null,
    isComplete: true,
  };
  return (await judge(oracle, { sample, answer: said, question: QUESTION, context: ALONE })).pass;
}

describe('an assertion lets through what promptfoo lets through', () => {
  const cases: [type: string, value: Json | undefined, right: string[], wrong: string[]][] = [
    ['equals', '42', ['42', ' 42 '], ['42.', 'It is 42', '43']],
    ['equals', { k: [1, 2] }, ['{"k": [1, 2]}'], ['{"k": [2, 1]}', 'k']],
    ['equals', '', [''], ['x']],
    ['not-equals', 'a+b', ['a+', 'a+b c', 'aab'], ['a+b']],
    ['contains', 'a.b', ['x a.b y'], ['axb', 'A.B']],
    ['contains', 0, ['10'], ['1']],
    ['not-contains', 'a.b', ['axb', ''], ['a.b', 'x\na.b']],
    ['icontains', 'Straße (A)', ['die STRAßE (a)', 'straße (A)'], ['Strasse (A)', 'straße A']],
    ['not-icontains', 'no', ['yes'], ['Well, NO']],
    ['contains-all', ['a', 'b'], ['ba'], ['a', 'b']],
    ['icontains-all', ['a', 'b'], ['BA'], ['A']],
    ['contains-any', ['a|', 'b'], ['b', 'a|'], ['a']],
    ['icontains-any', ['yes', 'ja'], ['JA!'], ['nein']],
    ['not-contains-any', ['a', 'b'], ['c'], ['cab']],
    ['starts-with', 'Dear ', ['Dear you'], ['My dear', 'dear you']],
    ['not-starts-with', 'Sure', ['No, Sure'], ['Sure thing']],
    ['regex', '^\\d{2}$', ['42'], ['421', 'x']],
    ['not-regex', '^\\d{2}$', ['421'], ['42']],
    ['not-regex', 'b+', ['aca'], ['x\nabba']],
    ['is-json', undefined, ['[1]', '"x"'], ['x', '```json\n[1]\n```']],
    ['is-json', { type: 'object', required: ['k'] }, ['{"k": 1}'], ['{}', '[]']],
    ['is-json', 'file://schema.json', ['{"k": 1}'], ['{}']],
    ['is-json', '{"type": "array"}', ['[]'], ['{}']],
    ['word-count', 3, ['one two three'], ['one two', 'a b c d']],
    ['word-count', { max: 2 }, ['one', 'one two'], ['one two three']],
    ['finish-reason', 'stop', ['anything'], []],
    ['not-is-refusal', undefined, ['Here it is.'], ["I'm sorry, but I can't help with that."]],
  ];
  for (const [type, value, right, wrong] of cases) {
    test(`${type} ${JSON.stringify(value)}`, async () => {
      for (const answer of right) assert.equal(await passes(type, value, answer), true, answer);
      for (const answer of wrong) assert.equal(await passes(type, value, answer), false, answer);
    });
  }
});

test('law: contains and icontains find their text wherever it stands, whatever it is made of', async () => {
  const text = fc.string({ minLength: 1, unit: 'binary' }).filter((one) => one.trim() === one && one.isWellFormed());
  await fc.assert(
    fc.asyncProperty(text, fc.string({ unit: 'grapheme-ascii' }), async (needle, hay) => {
      const answer = `x${hay}${needle}${hay}x`;
      assert.equal(await passes('contains', needle, answer), true);
      assert.equal(await passes('not-contains', needle, answer), false);
      const isPlain = (one: string) =>
        [one.toUpperCase(), one.toLowerCase()].every((other) => Array.from(other).length === 1);
      if (Array.from(needle).every(isPlain))
        assert.equal(await passes('icontains', needle, answer.toUpperCase()), true);
    }),
    { numRuns: 60 },
  );
});

test('rubrics become judges with the model that is named, and are left out without one', () => {
  assert.deepEqual(take('llm-rubric', 'Is polite', 0.8), {
    gates: [{ judge: { model: 'judge', rubric: 'Is polite', min: 0.8 } }],
  });
  assert.deepEqual(take('model-graded-closedqa', 'Is polite'), {
    gates: [{ judge: { model: 'judge', rubric: 'Is polite', min: 0.5 } }],
  });
  const without = takeOver({ type: 'llm-rubric', value: 'x', threshold: null }, { ...OPTIONS, judge: null });
  assert.deepEqual(without, { refused: 'it needs a judge: name a configured model with --judge' });
});

test('what has no equivalent is refused with a way out where there is one', () => {
  const refusals: [{ type: string; value?: Json }, RegExp][] = [
    [{ type: 'javascript', value: 'true' }, /no equivalent: write it as a `module` gate/],
    [{ type: 'not-javascript', value: 'true' }, /`module` gate/],
    [{ type: 'cost' }, /max_cost_usd/],
    [{ type: 'rouge-n', value: 'x' }, /^there is no equivalent$/],
    [{ type: 'constructor' }, /^there is no equivalent$/],
    [{ type: 'contains', value: { a: 1 } }, /its value is no text/],
    [{ type: 'regex', value: '(a+)+' }, /the pattern \(a\+\)\+ /],
    [{ type: 'regex', value: '[' }, /the pattern \[ /],
    [{ type: 'is-json', value: '[1]' }, /its schema is no object/],
    [{ type: 'is-json', value: '{' }, /JSON/],
    [{ type: 'word-count', value: {} }, /neither a number nor min or max/],
    [{ type: 'finish-reason', value: 'length' }, /only the reason `stop`/],
    [{ type: 'equals' }, /it has no value/],
  ];
  for (const [{ type, value }, reason] of refusals) {
    const taken = take(type, value);
    assert.match('refused' in taken ? taken.refused : 'it was taken', reason, type);
  }
});

test('a cell of a table is an assertion with its type before a colon, else an equality', () => {
  const compact: [string, string, Json | undefined, number | null][] = [
    ['Paris', 'equals', 'Paris', null],
    ['contains: Paris', 'contains', 'Paris', null],
    ['contains-any: a , b', 'contains-any', ['a', 'b'], null],
    ['llm-rubric(0.7): polite', 'llm-rubric', 'polite', 0.7],
    ['grade: polite', 'llm-rubric', 'polite', null],
    ['fn: x > 1', 'javascript', ' x > 1', null],
    ['is-json', 'is-json', undefined, null],
    ['not-contains:x', 'not-contains', 'x', null],
    ['similar(0.8): Hello', 'similar', 'Hello', 0.8],
    ['note: this is no type', 'equals', 'note: this is no type', null],
    ['12:30', 'equals', '12:30', null],
  ];
  for (const [cell, type, value, threshold] of compact)
    assert.deepEqual(readCompact(cell), { type, value, threshold }, cell);
});
