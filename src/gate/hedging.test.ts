import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHedgingGate } from './hedging.ts';
import { CALL_ONLY, passes, verdictOf } from './sample.test.ts';

const gate = createHedgingGate();

const HEDGES = [
  "I'm not sure, but it may be Paris.",
  'I am not entirely sure.',
  "I'm unsure whether this works.",
  "I don't know.",
  'I don’t have enough information to say.',
  'I could be wrong about this.',
  'I think, but am not certain, that it is 4.',
  'As far as I know, it is 4.',
  'It is unclear whether the file exists.',
  'Sorry, I cannot verify this.',
  'Ich bin mir nicht ganz sicher.',
  'Soweit ich weiß, ist es 4.',
  'Ich weiß es nicht.',
  'Je ne suis pas sûr.',
  'À ma connaissance, non.',
  'No estoy seguro.',
  'No sé si es así.',
];

const PLAIN = [
  "I'm sure it is 4.",
  'I know it.',
  'He said: I am not sure.',
  'I don’t think you need that.',
  'The result is not clear-cut.',
  'Ich weiß, dass es 4 ist.',
  'Je sais.',
  'Es seguro.',
  '> I am not sure.\n\nThe quoted line hedges.',
  'Print this:\n```\nI am not sure.\n```',
];

test('a sentence that begins by doubting itself is found wherever it stands', () => {
  for (const hedge of HEDGES) {
    assert.ok(!passes(gate, hedge), hedge);
    assert.ok(!passes(gate, `The answer is 4. ${hedge} Ask again.`), hedge);
    assert.ok(!passes(gate, `The answer:\n\n- ${hedge}`), hedge);
  }
});

test('certain sentences, quotations and code pass', () => {
  for (const text of PLAIN) assert.ok(passes(gate, text), text);
});

test('the score is the share of sentences that stand by what they say', () => {
  const { score, reason } = verdictOf(gate, "It is 4. I could be wrong. It was 4 before. I don't know.");
  assert.equal(score, 0.5);
  assert.equal(reason, 'hedges in 2 of 4 sentences');
  assert.equal(verdictOf(gate, 'It is 4.').score, 1);
});

test('without a sentence there is nothing to doubt', () => {
  assert.equal(verdictOf(gate, '').score, null);
  assert.ok(passes(gate, CALL_ONLY));
});
