import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adviceFor, type ReportTask } from './advice.ts';
import { type ModelCounts, profileOf, reportTask } from './report.fixture.ts';
import { unknownsOf } from './unknowns.ts';

const SMALL: ModelCounts = { model: 'small', passed: 199, thousand: 1 };
const WHOLE = { volume: 1000, latencyBudgetMs: 1000, owner: 'us' };

const of = (task: ReportTask, baseline: string | null = 'small'): string[] =>
  unknownsOf(adviceFor(task, baseline), baseline);
const ofModel = (changes: ModelCounts['changes'], more: Partial<ModelCounts> = {}): string[] =>
  of(reportTask(profileOf('t', [{ ...SMALL, ...more, changes: changes ?? {} }]), WHOLE));

describe('what is not known', () => {
  test('is nothing where everything is', () => {
    assert.deepEqual(of(reportTask(profileOf('t', [SMALL]), WHOLE)), []);
  });

  test('is what the configuration does not say', () => {
    const said = of(reportTask(profileOf('t', [SMALL])), null).join(' ');
    assert.match(said, /no `baseline` is configured.*calls there are in a month.*How long an answer may take/);
    assert.match(of(reportTask(profileOf('t', [SMALL]), WHOLE), 'big').join(), /big was not measured on this task/);
  });

  test('is whether answers are right that were held against no reference', () => {
    const samples = (withReference: number) => ({ samples: { count: 200, digest: 'd', withReference } });
    assert.match(of(reportTask(profileOf('t', [SMALL], samples(0)), WHOLE)).join(), /^No sample has a reference/);
    assert.match(of(reportTask(profileOf('t', [SMALL], samples(50)), WHOLE)).join(), /^Only 50 of 200 samples have/);
  });

  test('is what is missing of a model', () => {
    assert.deepEqual(ofModel({}, { missing: 3 }), [
      'small: 3 samples without an answer or a verdict, counted as nothing.',
    ]);
    assert.match(ofModel({ refused: 1 }).join(), /1 sample refused by the provider, counted as not passed/);
    assert.match(
      ofModel({ byGate: [{ gate: 'judge', judged: 1, passed: 1, broken: 2 }] }).join(),
      /could not give: judge \(2\)/,
    );
    assert.match(ofModel({ outputTokens: null }).join(), /how long its answers are/);
    assert.match(ofModel({ snapshots: ['a-1', 'a-2'] }).join(), /which of a-1 and a-2 will answer next/);
  });

  test('is what answers cost, whole or in part', () => {
    assert.deepEqual(ofModel({}, { thousand: null }), ['small: what its answers cost.']);
    const cost = { known: 150, totalNanoUsd: 1, perCallNanoUsd: 1, perPassNanoUsd: 1, basis: 'estimated' as const };
    assert.deepEqual(ofModel({ cost }), ['small: exact costs; some are estimated.', 'small: what 50 answers cost.']);
  });

  test('is a verdict, with what it would take', () => {
    assert.match(ofModel({}, { passed: 97, judged: 100 }).join(), /that takes about \d+ more samples\.$/);
    assert.match(ofModel({}, { passed: 95, judged: 100 }).join(), /it stands on the edge/);
  });

  test('is what becomes of answers that gates refuse', () => {
    const gated: ModelCounts = { ...SMALL, passed: 182, changes: { verdict: 'gated' } };
    const alone = of(reportTask(profileOf('t', [gated]), WHOLE));
    assert.match(alone.join(), /What answers when the gates refuse small/);
    const both = profileOf('t', [
      { ...gated, changes: { verdict: 'gated', judgingNanoUsd: null } },
      { model: 'big', passed: 200, thousand: 9 },
    ]);
    assert.match(
      of(reportTask(both, WHOLE)).join(' '),
      /What the verdicts on answers of small cost.*How well big answers just what the gates refuse/,
    );
  });
});
