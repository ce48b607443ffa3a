// Calibrations as text: what to do in a sentence, the numbers, and what they do on the half that they were not chosen by.
import Table from 'cli-table3';
import { showCount, showShare, showUsd, UNKNOWN } from '../../ledger/display.ts';
import type { CalibratedDial, Calibration, CalibrationVerdict } from '../../lifecycle/calibrate/calibration.ts';
import type { Figures, Rate } from '../../lifecycle/calibrate/cascade.ts';

export function writeCalibrations(calibrations: readonly Calibration[], diff: string): string {
  const parts = calibrations.map(writeCalibration);
  return `${[...parts, ...(diff === '' ? [] : [diff.trimEnd()])].join('\n\n')}\n`;
}

const WORDS: Readonly<Record<CalibrationVerdict, string>> = {
  change: 'change',
  keep: 'keep',
  none: 'no change',
  few: 'too little is known',
};

function writeCalibration(calibration: Calibration): string {
  const { task, verdict, say, models, cases, dials, truth } = calibration;
  const { chosenOn, reportedOn, imputed } = cases;
  const cascade = models.length === 0 ? '' : ` (${models.join(', then ')})`;
  const head = `${task}${cascade}: ${WORDS[verdict]}. ${say.charAt(0).toUpperCase()}${say.slice(1)}.`;
  if (calibration.inForce === null) return head;
  const by = truth === 'labels' ? 'labels' : 'verdicts of a judge';
  const rest =
    imputed === 0 ? '' : `; ${showCount(imputed)} answers of ${models.at(-1)} without a label count as its mean`;
  return [
    head,
    figuresTable(calibration),
    ...dials.map((dial) => writeDial(dial, verdict === 'change')),
    ...sayTried(calibration),
    `  chosen by ${showCount(chosenOn)} samples with ${by}, reported on ${showCount(reportedOn)} others${rest}`,
  ].join('\n');
}

/** What was chosen on one half and is not taken, in a line. */
function sayTried({ verdict, dials, chosen }: Calibration): string[] {
  const turned = dials.filter((dial) => isTurned(dial));
  if (verdict === 'change' || chosen === null || turned.length === 0) return [];
  const numbers = turned.map(({ name, chosen: next }) => `${name} ${next}`).join(', ');
  const figures = `${showShare(chosen.quality.share)} right at ${showUsd(Math.round(chosen.perCallNanoUsd))} a call`;
  const why = verdict === 'keep' ? 'not certainly better on the other half' : 'it does not help';
  return [`  tried and not taken: ${numbers} (${figures}): ${why}`];
}

function isTurned({ chosen, inForce }: CalibratedDial): boolean {
  return chosen !== null && chosen !== inForce;
}

function figuresTable({ verdict, inForce, straight, chosen, models }: Calibration): string {
  const table = new Table({
    head: ['', 'quality', 'interval', 'per call', 'accepted', 'of those right'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const rows: [string, Figures | null][] = [
    ['in force', inForce],
    ['chosen', verdict === 'change' ? chosen : null],
    [`only ${models.at(-1)}`, straight],
  ];
  for (const [name, figures] of rows) if (figures !== null) table.push(toCells(name, figures));
  return table.toString();
}

function toCells(name: string, { quality, perCallNanoUsd, steps }: Figures): string[] {
  const { share, low, high } = quality;
  return [
    name,
    showShare(share),
    `${showShare(low)} - ${showShare(high)}`,
    showUsd(Math.round(perCallNanoUsd)),
    steps.map(({ model, accepted }) => `${model} ${showShare(accepted.share)}`).join('\n') || UNKNOWN,
    steps.map(({ precision }) => showPrecision(precision)).join('\n') || UNKNOWN,
  ];
}

function showPrecision({ share, low, high, of }: Rate): string {
  return of === 0 ? UNKNOWN : `${showShare(share)} (${showShare(low)} - ${showShare(high)})`;
}

function writeDial(dial: CalibratedDial, isTaken: boolean): string {
  const { name, path, inForce, chosen, isFree } = dial;
  const place = `accept[${path[3]}]`;
  const fixed = isFree ? '' : ', stays as it is: it is the truth here';
  const next = isTaken && isTurned(dial) ? ` -> ${chosen}` : '';
  return `  ${name} (${place}): ${inForce}${next}${fixed}`;
}
