// Evaluations as Markdown, for the summary of a pull request's checks.
import { showCount, showShare, showUsd, UNKNOWN } from '../../ledger/display.ts';
import { inPoints, sayPoints, sayRange, signed, signedPoints } from '../../lifecycle/evaluate/bounds.ts';
import type { Change } from '../../lifecycle/evaluate/compare-runs.ts';
import type { TaskEvaluation } from '../../lifecycle/evaluate/evaluate.ts';
import { percent } from '../../lifecycle/profile/verdict.ts';
import { figuresOf, sayComparison, sayQuality } from './text.ts';

const MOST_LISTED = 100;
const MARKS = { 0: '✅', 1: '❌', 2: '⚠️' } as const;

/** One table over all tasks, and the details of each below it. */
export function writeSummary(results: readonly TaskEvaluation[]): string {
  const rows = results.map(({ run, summary, comparison, ruling }) => {
    const { passRate, judged, cost, escalationRate } = summary;
    const quality = comparison?.quality ?? null;
    const rise = comparison?.costRise ?? null;
    return row([
      MARKS[ruling.exitCode],
      cell(run.task),
      passRate.share === null ? UNKNOWN : `${percent(passRate.share)} of ${showCount(judged)}`,
      quality === null ? UNKNOWN : `${inPoints(quality.mean, signedPoints)} (${sayPoints(quality)})`,
      showUsd(cost.perCallNanoUsd),
      rise === null ? UNKNOWN : `${signed(rise.mean)} (${sayRange(rise)})`,
      showShare(escalationRate),
    ]);
  });
  const head = ['', 'task', 'pass', 'change', 'per call', 'change', 'escalated'];
  return [
    '## Evaluation',
    '',
    row(head),
    row(head.map(() => '---')),
    ...rows,
    '',
    ...results.flatMap(writeDetails),
  ].join('\n');
}

function writeDetails({ run, summary, comparison, ruling }: TaskEvaluation): string[] {
  const compared = comparison === null ? [] : sayComparison({ ...comparison, regressions: [], improvements: [] });
  return [
    `<details${ruling.exitCode === 0 ? '' : ' open'}><summary>${MARKS[ruling.exitCode]} <b>${escape(run.task)}</b>: ${escape(ruling.sentences[0] ?? '')}</summary>`,
    '',
    ...ruling.sentences.slice(1).map((sentence) => `- ${cell(sentence)}`),
    `- ${cell(sayQuality(summary))}`,
    `- ${cell(`run ${run.id}: ${run.config.file}, ${run.config.route}; ${run.samples.count} of ${run.samples.source}`)}`,
    ...figuresOf(summary).map((line) => `- ${cell(line)}`),
    ...compared.filter((line) => !line.endsWith(': none')).map((line) => `- ${cell(line)}`),
    '',
    ...changes('Passed before, fails now', comparison?.regressions ?? []),
    ...changes('Failed before, passes now', comparison?.improvements ?? []),
    '</details>',
    '',
  ];
}

function changes(title: string, list: readonly Change[]): string[] {
  if (list.length === 0) return [];
  const head = ['sample', 'before', 'now', 'failed at'];
  return [
    `${title}: ${list.length}`,
    '',
    row(head),
    row(head.map(() => '---')),
    ...list
      .slice(0, MOST_LISTED)
      .map(({ sample, before, after, reason }) =>
        row([sample, before ?? 'nobody', after ?? 'nobody', reason].map(cell)),
      ),
    ...(list.length > MOST_LISTED ? ['', `and ${list.length - MOST_LISTED} more`] : []),
    '',
  ];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Text that somebody else chose: neither a cell nor a tag may begin in it. */
function cell(text: string): string {
  return escape(text.replaceAll(/[\r\n]+/g, ' ')).replaceAll('|', '\\|');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
