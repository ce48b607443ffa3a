import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adviceFor, type ReportTask } from './advice.ts';
import { type ModelCounts, modelProfile, profileOf, reportTask } from './report.fixture.ts';
import { counted, headline, listed, sayDifference, showThousand, waitsFor } from './words.ts';

const SMALL: ModelCounts = { model: 'small', passed: 199, thousand: 1 };
const MID: ModelCounts = { model: 'mid', passed: 199, thousand: 4 };
const FRONTIER: ModelCounts = { model: 'frontier', passed: 200, thousand: 10 };
const BAD = { passed: 100 };

const say = (tasks: readonly ReportTask[], baseline: string | null = 'frontier'): string =>
  headline(
    tasks.map((task) => adviceFor(task, baseline)),
    baseline,
  ).join(' ');

describe('the headline', () => {
  test('begins with what is saved in a month', () => {
    const text = say([
      reportTask(profileOf('a', [SMALL, FRONTIER]), { volume: 100_000 }),
      reportTask(profileOf('b', [MID, FRONTIER]), { volume: 100_000 }),
    ]);
    assert.match(text, /^The recommended models save \$1,500\.00 a month: 75 % of what 2 tasks cost at frontier\. /);
  });

  test('says what to move where, and what stays', () => {
    const text = say([
      reportTask(profileOf('a', [SMALL, FRONTIER])),
      reportTask(profileOf('b', [{ ...SMALL, ...BAD }, MID, FRONTIER])),
      reportTask(profileOf('c', [{ ...SMALL, ...BAD }, MID, FRONTIER])),
      reportTask(profileOf('d', [{ ...SMALL, ...BAD }, FRONTIER])),
    ]);
    assert.match(text, /Move a to small; b and c to mid\. d stays with frontier\./);
  });

  test('without volumes it says what is saved of a call', () => {
    const text = say([reportTask(profileOf('a', [SMALL, FRONTIER])), reportTask(profileOf('b', [MID, FRONTIER]))]);
    assert.match(text, /^The recommended models save 60 % to 90 % of the cost of a call\./);
  });

  test('names the tasks that the sum does not have', () => {
    const text = say([
      reportTask(profileOf('a', [SMALL, FRONTIER]), { volume: 1000 }),
      reportTask(profileOf('b', [SMALL, FRONTIER])),
    ]);
    assert.match(text, /Not in that sum: b, whose volume is not known\./);
  });

  test('says where no model does, and where more samples would help', () => {
    const open = { ...SMALL, passed: 19, judged: 20 };
    const text = say([reportTask(profileOf('a', [open])), reportTask(profileOf('b', [open, FRONTIER]))]);
    assert.match(text, /For a no model is known to be good enough yet\./);
    assert.match(text, /It is not decided yet whether a cheaper model will do: small for a; small for b\.$/);
  });

  test('does not call it a saving when it costs more', () => {
    const text = say([reportTask(profileOf('a', [{ ...SMALL, ...BAD }, FRONTIER]), { volume: 1000 })], 'small');
    assert.match(text, /^The recommended models cost more by \$9\.00 a month/);
  });

  test('nor when it costs the same', () => {
    const text = say([reportTask(profileOf('a', [FRONTIER]), { volume: 1000 })]);
    assert.match(text, /^The recommended models save nothing: they cost what 1 task costs at frontier\./);
  });

  test('a model behind gates is named with the one behind it', () => {
    const gated: ModelCounts = { ...SMALL, passed: 182, changes: { verdict: 'gated' } };
    assert.match(say([reportTask(profileOf('a', [gated, FRONTIER]))]), /Move a to small with frontier behind it\./);
  });

  test('without a baseline it says what to take all the same', () => {
    assert.equal(say([reportTask(profileOf('a', [SMALL, FRONTIER]))], null), 'Move a to small.');
  });
});

test('lists and numbers are written as people write them', () => {
  assert.deepEqual([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed), ['', 'a', 'a and b', 'a, b and c']);
  assert.deepEqual([counted(1, 'task'), counted(1200, 'task')], ['1 task', '1,200 tasks']);
  assert.deepEqual([showThousand(345_000.4), showThousand(null)], ['$0.345', '-']);
});

test('a difference is a saving, none, or more', () => {
  assert.equal(sayDifference(2e9, 0.4), 'saves $2.00 (40 %)');
  assert.equal(sayDifference(0.2, 0), 'costs the same');
  assert.equal(sayDifference(-2e9, -1), 'costs $2.00 more');
});

describe('what a verdict waits for', () => {
  const thresholds = { defaultFrom: 0.95, gatedFrom: 0.85, confidence: 0.95 };
  const wait = (counts: Partial<ModelCounts>): string | null =>
    waitsFor(modelProfile({ ...SMALL, ...counts }), thresholds);

  test('is samples, or more of them than can be told', () => {
    assert.match(wait({ passed: 97, judged: 100 }) ?? '', /^about \d+ more samples$/);
    assert.match(wait({ passed: 95, judged: 100 }) ?? '', /on the edge of a threshold/);
  });

  test('is a judge, where the rate would be enough', () => {
    assert.equal(wait({ changes: { verdict: 'undecided', moreSamples: null } }), 'a judge that is trusted');
  });

  test('is the verdicts that gates could not give, where those could change it', () => {
    const byGate = [{ gate: 'judge', judged: 0, passed: 0, broken: 132 }];
    const changes = { verdict: 'undecided', moreSamples: null, missing: 132, byGate } as const;
    assert.equal(wait({ passed: 0, judged: 3, changes }), 'verdicts on the answers that have none');
  });

  test('is nothing where there is one, or where nothing was judged', () => {
    assert.equal(wait({}), null);
    assert.equal(wait({ passed: 0, judged: 0 }), null);
  });
});
