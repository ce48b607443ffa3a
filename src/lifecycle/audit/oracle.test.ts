import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupTally, type SeenCall } from './group-tally.ts';
import { suggestOracle } from './oracle.ts';

function tallyOf(texts: readonly string[], { hasSchema = false, toolCalls = 0 } = {}): GroupTally {
  const tally = new GroupTally();
  for (const [index, text] of texts.entries()) {
    const call: SeenCall = {
      hash: index,
      id: null,
      model: 'm',
      provider: '',
      hints: [],
      cost: { nanoUsd: null, basis: 'unknown' },
      usage: null,
      isEstimated: false,
      latencyMs: null,
      isError: false,
      isReplayed: false,
      answer: { text, toolCalls },
      shape: {
        hasTools: toolCalls > 0,
        hasSchema,
        hasImages: false,
        hasDocuments: false,
        hasAudio: false,
        hasTurns: false,
      },
      facts: () => ({ language: null, hasCode: null, hasTables: null, hasMath: null, personal: [] }),
    };
    tally.add(call);
  }
  return tally;
}

const times = (count: number, make: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => make(index));
const gatesOf = (tally: GroupTally): unknown[] => suggestOracle(tally).gates;

test('a few labels that come again and again are a closed set', () => {
  assert.deepEqual(suggestOracle(tallyOf(times(60, (index) => ['no', 'yes', ' maybe '][index % 3] as string))), {
    gates: [{ one_of: ['maybe', 'no', 'yes'] }],
    labels: ['maybe', 'no', 'yes'],
  });
});

test('few answers, many labels, or one long text are no closed set', () => {
  for (const texts of [
    times(6, (index) => `l${index % 2}`),
    times(60, (index) => `l${index}`),
    [...times(60, (index) => `l${index % 2}`), 'a\nlonger text'],
  ])
    assert.equal(suggestOracle(tallyOf(texts)).labels, null);
});

test('addresses are never labels', () => {
  assert.equal(suggestOracle(tallyOf(times(60, (index) => `a${index % 2}@example.org`))).labels, null);
});

test('a schema in the requests is the gate, and a member with labels another', () => {
  const texts = times(60, (index) => JSON.stringify({ label: ['bug', 'idea'][index % 2], text: `t${index}` }));
  assert.deepEqual(gatesOf(tallyOf(texts, { hasSchema: true })), [
    { json_schema: 'request' },
    { one_of: { at: '/label', values: ['bug', 'idea'] } },
  ]);
});

test('JSON answers that nobody asked for by a schema are objects', () => {
  assert.deepEqual(gatesOf(tallyOf(times(30, (index) => JSON.stringify({ n: index })))), [
    { json_schema: { type: 'object' } },
  ]);
});

test('calls of tools are checked as such', () => {
  assert.deepEqual(
    gatesOf(
      tallyOf(
        times(30, () => ''),
        { toolCalls: 1 },
      ),
    ),
    [{ tool_calls: 'valid' }, { refusal: true }],
  );
});

test('open text must not decline, and not be much longer than what was seen', () => {
  assert.deepEqual(gatesOf(tallyOf(times(30, (index) => 'word '.repeat(20 + index)))), [
    { refusal: true },
    { length: { min_characters: 1, max_characters: 370 } },
  ]);
  assert.deepEqual(gatesOf(tallyOf(['a text of its own, and nothing else'])), [{ refusal: true }]);
});
