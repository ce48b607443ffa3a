import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Calibration, CalibrationVerdict } from '../../lifecycle/calibrate/calibration.ts';
import type { Figures } from '../../lifecycle/calibrate/cascade.ts';
import { writeCalibrations } from './table.ts';

const rate = { share: 0.97, low: 0.95, high: 0.98, count: 97, of: 100 };
const figures: Figures = { quality: rate, perCallNanoUsd: 1000, steps: [] };

function written(verdict: CalibrationVerdict, chosen = 88): string {
  const calibration: Calibration = {
    task: 't',
    verdict,
    say: 'so it is',
    models: ['small', 'mid'],
    target: 0.95,
    confidence: 0.95,
    truth: 'labels',
    cases: { chosenOn: 50, reportedOn: 50, left: { unanswered: 0, unlabelled: 0, unjudged: 0 }, imputed: 0 },
    dials: [
      {
        name: 'length.min_characters',
        path: ['tasks', 't', 'accept', 0, 'length', 'min_characters'],
        inForce: 1,
        chosen,
        isFree: true,
      },
    ],
    inForce: figures,
    straight: figures,
    chosen: figures,
    difference: null,
    lift: null,
  };
  return writeCalibrations([calibration], '');
}

describe('a calibration as text', () => {
  test('shows what was chosen where it is to be taken', () => {
    const text = written('change');
    assert.match(text, /│ chosen /);
    assert.match(text, /length\.min_characters \(accept\[0\]\): 1 -> 88\n/);
    assert.doesNotMatch(text, /tried/);
  });

  test('shows only what is in force where that is kept, and in a line what was tried', () => {
    for (const verdict of ['keep', 'none'] as const) {
      const text = written(verdict);
      assert.doesNotMatch(text, /│ chosen |->/);
      assert.match(text, /length\.min_characters \(accept\[0\]\): 1\n/);
      assert.match(
        text,
        /\n {2}tried and not taken: length\.min_characters 88 \(97\.0% right at \$0\.000001 a call\): /,
      );
    }
  });

  test('tells of nothing tried where it chose what is in force', () => {
    assert.doesNotMatch(written('keep', 1), /tried/);
  });
});
