// A recalibration as text: task by task what is, what would be and by which evidence, then the diff, then what it would do.
import Table from 'cli-table3';
import { showCount, showText, UNKNOWN } from '../../ledger/display.ts';
import { bareRange, percent } from '../../lifecycle/profile/verdict.ts';
import type { PredictorAdvice } from '../../lifecycle/recalibrate/predictors.ts';
import type { Recalibration, Refit, TaskRecalibration } from '../../lifecycle/recalibrate/recalibration.ts';
import type { SegmentFinding } from '../../lifecycle/recalibrate/segments.ts';
import type { ThresholdsRefit } from '../../lifecycle/recalibrate/thresholds.ts';
import { wrap } from '../profile/lines.ts';
import { writeEffect } from './effect-text.ts';

const WIDTH = 110;
/** Segments in a table: the worst. */
const MOST_SEGMENTS = 5;

export function writeRecalibration({ tasks, diff, left, effect, notes, since }: Recalibration): string {
  const seen = tasks.filter(({ seen: { calls, canaries } }) => calls + canaries > 0);
  const silent = tasks.filter((task) => !seen.includes(task)).map(({ task }) => showText(task));
  const changes = tasks.flatMap((task) => task.changes);
  const parts = [
    ...seen.map(writeTask),
    silent.length === 0 ? '' : lines(`No calls since ${since.slice(0, 10)}: ${silent.join(', ')}.`),
    diff !== '' ? diff.trimEnd() : left.length > 0 ? '' : 'Nothing to change.',
    ...left.map((why) => lines(`Left: ${why}.`)),
    diff === '' ? '' : writeEffect(effect, changes),
    ...notes.map(lines),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function lines(text: string): string {
  return wrap(text, WIDTH, 2).join('\n');
}

function writeTask(task: TaskRecalibration): string {
  const { first, seen, refits, thresholds, segments, predictors, idle } = task;
  const begins = first === null ? '' : ` (first model: ${first})`;
  const rest = [
    `${showCount(seen.calls)} calls by its own route`,
    `${showCount(seen.canaries)} graded canaries`,
    ...(seen.ungraded > 0 ? [`${showCount(seen.ungraded)} not graded`] : []),
    ...(seen.feedback > 0 ? [`${showCount(seen.feedback)} feedbacks`] : []),
    ...(seen.weak > 0 ? [`${showCount(seen.weak)} weak signals, which count for nothing here`] : []),
  ];
  const said = [
    ...refits.filter(({ say }) => say !== '').map(({ key, say }) => `${key}: ${say}`),
    `thresholds: ${thresholds.say}`,
    `segments: ${segments.say}`,
    ...idle,
  ];
  return [
    lines(`${showText(task.task)}${begins}: ${rest.join(', ')}.`),
    tableOf(task),
    ...said.map((sentence) => wrap(`  ${sentence}`, WIDTH, 4).join('\n')),
    ...predictors.map(writePredictor),
  ].join('\n');
}

function tableOf({ refits, thresholds, segments, changes }: TaskRecalibration): string {
  const table = new Table({
    head: ['', 'is', 'would be', 'n', 'interval', ''],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const refit of refits) table.push(cellsOf(refit));
  for (const cells of thresholdCells(thresholds)) table.push(cells);
  const routes = new Map(
    changes.flatMap((change) =>
      change.kind === 'rule' ? [[`${change.when.by}:${change.when.name}`, change.route.model]] : [],
    ),
  );
  for (const finding of segments.findings.slice(0, MOST_SEGMENTS))
    table.push(segmentCells(finding, routes.get(finding.segment)));
  return table.toString();
}

function cellsOf({ key, unit, inForce, value, interval, effective, verdict }: Refit): string[] {
  const show = (number: number | null): string =>
    number === null ? UNKNOWN : unit === 'share' ? percent(number) : showCount(number);
  const range =
    interval === null
      ? UNKNOWN
      : unit === 'share'
        ? `${bareRange(interval)} %`
        : `${showCount(interval.low)} - ${showCount(interval.high)}`;
  const word = { change: 'change', keep: 'stays', few: 'too little is known' }[verdict];
  return [key, show(inForce), show(value), showCount(Math.floor(effective)), range, word];
}

/** The interval is of how right the accepted answers are: those of all, or on the half that the numbers were not chosen by. */
function thresholdCells({ dials, verdict, effective, today, accepted }: ThresholdsRefit): string[][] {
  return dials.map(({ name, path, inForce, chosen }) => {
    const isTaken = verdict === 'change' && chosen !== null;
    const right = isTaken ? (accepted?.chosen.quality ?? null) : today;
    const word = isTaken && chosen !== inForce ? 'change' : verdict === 'few' ? 'too little is known' : 'stays';
    return [
      `${name} (accept[${path[3]}])`,
      String(inForce),
      isTaken ? String(chosen) : UNKNOWN,
      showCount(Math.floor(effective)),
      right === null ? UNKNOWN : `${bareRange(right)} % right`,
      word,
    ];
  });
}

/** Points that its answers lose, and that the others do. */
function segmentCells(
  { segment, loss, interval, elsewhere, effective, verdict, p }: SegmentFinding,
  model: string | undefined,
): string[] {
  const chance = p < 0.01 ? '< 0.01' : p.toFixed(2);
  const ruled = model === undefined ? 'worse, and no model to go to' : 'change';
  const word = { rule: ruled, allowed: 'worse, and allowed', shared: 'worse, as all are', same: `stays, p ${chance}` }[
    verdict
  ];
  return [
    showText(segment),
    `${signed(-loss)}, others ${signed(-elsewhere)}`,
    model ?? UNKNOWN,
    showCount(Math.floor(effective)),
    `${signed(-interval.high)} to ${signed(-interval.low)}`,
    word,
  ];
}

function signed(share: number): string {
  const points = (share * 100).toFixed(1);
  return Number(points) > 0 ? `+${points}` : Number(points) === 0 ? '0.0' : points;
}

function writePredictor({ at, file, made, trainedRows, stale, since, commands }: PredictorAdvice): string {
  const age = made === null ? 'cannot be read' : `was made ${made.slice(0, 10)} of ${showCount(trainedRows ?? 0)} rows`;
  const mark = stale === null ? '' : ` It is marked as stale: ${stale}.`;
  const rest = `since then ${showCount(since.canaries)} canaries and ${showCount(since.feedback)} feedbacks`;
  return [
    wrap(`  ${at}: ${file} ${age}; ${rest}.${mark} What trains it anew:`, WIDTH, 4).join('\n'),
    ...commands.map((command) => `    ${command}`),
  ].join('\n');
}
