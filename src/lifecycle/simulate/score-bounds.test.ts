import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CallRow } from '../../call/row.ts';
import type { Verdict } from '../../call/verdict.ts';
import type { GateConfig } from '../../gate/gate-config.ts';
import { configOf, policyOf } from './kept.fixture.ts';
import { attemptOf, many, playLedger, priorOf, rowOf } from './rows.fixture.ts';
import {
  areSameButBounds,
  rowsUnder,
  scoreBounds,
  tasksWithOtherBounds,
  underBounds,
  verdictOf,
} from './score-bounds.ts';

const verdict = (gate: string, score: number | null, pass: boolean): Verdict => ({
  gate,
  pass,
  score,
  reason: '',
  costNanoUsd: 0,
});
const gated = (min: number, more = ''): string =>
  `tasks: { label: { accept: [{ confidence: { at: /c, min: ${min} } }, { finish: any }${more}], route: { cascade: [small, big] } } }\n`;
const acceptOf = (rest: string): readonly GateConfig[] => configOf(rest).tasks.get('label')?.accept ?? [];

/** A call of which small was sure by so much; at 0.5 that was enough. */
function sureBy(score: number): CallRow {
  const isSure = score >= 0.5;
  const small = attemptOf('small', { costNanoUsd: 1000, verdicts: [verdict('confidence', score, isSure)] });
  return rowOf(isSure ? [small] : [small, attemptOf('big', { costNanoUsd: 10_000 })]);
}
const ROWS = many(100, (at) => sureBy(at / 100));

describe('bounds', () => {
  test('are the numbers of the gates that hold scores against one', () => {
    const accept = acceptOf(
      'tasks: { label: { accept: [{ refusal: true }, { confidence: { at: /c, min: 0.5 } }, { confidence: { at: /d, min: 0.6 } }, { judge: { model: big, rubric: R, min: 0.7 } }, { agreement: { with: big } }], route: { cascade: [small, mid] } } }\n',
    );
    assert.deepEqual(
      scoreBounds(accept).map(({ gate, index, nth, min }) => [gate, index, nth, min]),
      [
        ['confidence', 1, 0, 0.5],
        ['confidence', 2, 1, 0.6],
        ['judge', 3, 0, 0.7],
      ],
    );
    const verdicts = [
      verdict('refusal', null, true),
      verdict('confidence', 0.9, true),
      verdict('confidence', 0.8, true),
    ];
    const [, second, judge] = scoreBounds(accept);
    assert.ok(second !== undefined && judge !== undefined);
    assert.equal(verdictOf(verdicts, second), verdicts[2]);
    assert.equal(verdictOf(verdicts, judge), undefined);
  });

  test('make gates different by themselves, and nothing else does', () => {
    assert.equal(areSameButBounds(acceptOf(gated(0.5)), acceptOf(gated(0.7))), true);
    assert.equal(areSameButBounds(acceptOf(gated(0.5)), acceptOf(gated(0.5, ', { refusal: true }'))), false);
    const others = tasksWithOtherBounds(configOf(gated(0.5)), configOf(gated(0.7)));
    assert.deepEqual(
      [[...others], [...tasksWithOtherBounds(configOf(gated(0.5)), configOf(gated(0.5)))]],
      [['label'], []],
    );
  });

  test('that are stricter refuse what they refuse, and the gates behind it are not asked', () => {
    const bounds = scoreBounds(acceptOf(gated(0.7)));
    const kept = [verdict('confidence', 0.8, true), verdict('judge', 0.9, true)];
    assert.equal(underBounds(kept, bounds), kept);
    const refused = underBounds([verdict('confidence', 0.6, true), verdict('judge', 0.9, true)], bounds);
    assert.deepEqual(
      refused.map(({ gate, pass }) => [gate, pass]),
      [['confidence', false]],
    );
  });

  test('leave what has no score, or was never judged', () => {
    const bounds = scoreBounds(acceptOf(gated(0.7)));
    const silent = [verdict('confidence', null, false)];
    const broken: Verdict[] = [{ ...verdict('confidence', 0.9, false), isBroken: true }];
    for (const verdicts of [silent, broken, []]) assert.equal(underBounds(verdicts, bounds), verdicts);
    const plain = [rowOf([attemptOf('small')])];
    assert.equal(rowsUnder(plain, configOf(gated(0.7))), plain);
  });

  test('under which a row was judged change nothing in it', () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(score, score, (own, min) => {
        const bounds = [{ gate: 'confidence' as const, index: 0, nth: 0, min }];
        const first = underBounds([verdict('confidence', own, own >= 0.5)], bounds);
        assert.equal(first[0]?.pass, own >= min);
        assert.equal(underBounds(first, bounds), first);
      }),
    );
  });
});

describe('a candidate whose gates have other bounds, over the ledger', () => {
  test('is told call by call what it refuses, and what the next model costs', async () => {
    const pairs = await playLedger(ROWS, [gated(0.5), gated(0.8)], [priorOf('big')]);
    const firsts = (side: 'current' | 'candidate') =>
      pairs.filter((pair) => pair[side].answers?.get('small') === 1).length;
    assert.deepEqual([firsts('current'), firsts('candidate')], [50, 20]);
    const [, moved] = [pairs[40], pairs[60]];
    assert.deepEqual([...(moved?.candidate.answers ?? [])], [['big', 1]]);
    // 1000 tokens at 10 and 100 at 20 dollars a million, on top of what small has cost.
    assert.deepEqual(moved?.candidate.cost, { low: 12_001_000, high: 12_001_000 });
    assert.equal(pairs[40]?.candidate.cost.low, 11_000);
  });

  test('is not said to be as good as anything: no verdict tells', async () => {
    const [pair] = await playLedger(ROWS.slice(90), [gated(0.5), gated(0.8)], [priorOf('small'), priorOf('big')]);
    assert.equal(pair?.candidate.good, null);
    assert.match(pair?.candidate.gaps.map(({ reason }) => reason).join() ?? '', /its gates have other bounds/);
    assert.ok(pair !== undefined && pair.current.good !== null);
  });

  test('that are laxer cannot be told of where a gate behind was not asked', async () => {
    const more = ', { refusal: true }';
    const rows = many(30, () =>
      rowOf([attemptOf('small', { verdicts: [verdict('confidence', 0.4, false)] }), attemptOf('big')]),
    );
    const [pair] = await playLedger(rows, [gated(0.5, more), gated(0.3, more)]);
    assert.equal(pair?.candidate.answers, null);
    const [only] = await playLedger(rows, [gated(0.5), gated(0.3)]);
    assert.deepEqual([...(only?.candidate.answers ?? [])], [['small', 1]]);
  });

  test('judges what older bounds let through by those in force, on both sides alike', async () => {
    const config = await policyOf(gated(0.8));
    assert.equal(config.config.tasks.get('label')?.accept[0]?.kind, 'confidence');
    const pairs = await playLedger(ROWS, [gated(0.8), gated(0.8)], [priorOf('big')]);
    assert.equal(pairs.filter(({ current }) => current.answers?.get('small') === 1).length, 20);
    for (const { current, candidate } of pairs) assert.deepEqual(current.answers, candidate.answers);
  });
});
