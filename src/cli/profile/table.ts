// Profiles as text for a terminal: per task a table of models, cheapest first, what the table cannot say, and what to do. At the end a line
// per task. No line is wider than `WIDTH`, whatever models are called.
import Table from 'cli-table3';
import { showCount, showDuration, showText, UNKNOWN } from '../../ledger/display.ts';
import { placeModels } from '../../lifecycle/profile/beaten.ts';
import type { GateResult, ModelProfile, Profile, ProfileVerdict } from '../../lifecycle/profile/profile.ts';
import { bareRange, percent } from '../../lifecycle/profile/verdict.ts';
import { type Advice, adviceFor, type ReportTask, savingOf } from '../../lifecycle/report/advice.ts';
import { counted, sayDifference, showNano, showThousand, waitsFor } from '../../lifecycle/report/words.ts';
import { fitName, wrap } from './lines.ts';

/** Columns of a terminal that a line may take. */
const WIDTH = 110;

/** `baseline`: name of the model that savings are counted against; null for none. */
export function writeProfiles(tasks: readonly ReportTask[], baseline: string | null): string {
  const advices = tasks.map((task) => adviceFor(task, baseline));
  const parts = advices.map((advice) => writeTask(advice));
  if (advices.length > 1) parts.push(overview(advices, baseline));
  return `${parts.join('\n\n')}\n`;
}

function writeTask(advice: Advice): string {
  const { profile } = advice.task;
  const notes = profile.models.flatMap((model) => notesOn(model, profile));
  return [
    ...wrap(heading(profile), WIDTH),
    modelTable(profile, advice),
    ...notes.flatMap((note) => wrap(`  ${showText(note)}`, WIDTH, 4)),
    ...wrap(`=> ${showText(profile.recommendation.say)}${money(advice)}`, WIDTH, 3),
    ...profile.warnings.flatMap((warning) => wrap(`!! ${showText(warning)}`, WIDTH, 3)),
  ].join('\n');
}

function heading({ task, samples, gates }: Profile): string {
  const { count, withReference } = samples;
  const references = withReference === count ? 'all' : withReference === 0 ? 'none' : showCount(withReference);
  return showText(`${task}  ${counted(count, 'sample')}, ${references} with a reference; gates: ${gates.join(', ')}`);
}

function money({ recommended, baseline, savedNanoUsd, savedShare }: Advice): string {
  if (recommended === null || baseline === null || savedNanoUsd === null) return '';
  if (recommended.model === baseline.model) return ' It is the baseline.';
  return ` It ${sayDifference(savedNanoUsd * 1000, savedShare)} per 1,000 calls against ${baseline.model}.`;
}

const HEAD = ['model', 'pass', 'interval', 'verdict', '1,000 calls', '1,000 passed', 'tokens', 'time p50 / p95'];

function modelTable({ models }: Profile, { recommended }: Advice): string {
  const cells = models.map((model) => toCells(model));
  const room = roomBeside(HEAD.slice(1), cells) - 4;
  const table = new Table({
    head: HEAD,
    colAligns: ['left', 'right', 'right', 'left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const [at, model] of models.entries())
    table.push([nameCell(model, recommended, room), ...(cells[at] as string[])]);
  return table.toString();
}

/** What columns leave of a line for names: each takes its longest cell, two blanks and a border. */
function roomBeside(head: readonly string[], rows: readonly (readonly string[])[]): number {
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)) + 3);
  return WIDTH - widths.reduce((sum, width) => sum + width, 0);
}

/** The recommended one is marked. */
function nameCell({ model, tier }: ModelProfile, recommended: ModelProfile | null, room: number): string {
  const mark = model === recommended?.model ? ' *' : '';
  const rung = tier === null || tier === model ? '' : ` (${tier})`;
  return `${fitName(showText(model + rung), room - mark.length)}${mark}`;
}

const SIGNS: Readonly<Record<ProfileVerdict, string>> = {
  default: '● default',
  gated: '◐ gated',
  next: '○ next',
  undecided: '? undecided',
};

function toCells({ passRate, cost, outputTokens, latencyMs, verdict }: ModelProfile): string[] {
  return [
    passRate.share === null ? UNKNOWN : percent(passRate.share),
    passRate.share === null ? UNKNOWN : bareRange(passRate),
    SIGNS[verdict],
    showThousand(cost.perCallNanoUsd),
    showThousand(cost.perPassNanoUsd),
    outputTokens === null ? UNKNOWN : showCount(Math.round(outputTokens.mean)),
    latencyMs === null ? UNKNOWN : `${showDuration(latencyMs.p50)} / ${showDuration(latencyMs.p95)}`,
  ];
}

/** What is wrong with a model, a line each: what it fails at, what is missing, what beats it. */
function notesOn(model: ModelProfile, { models, thresholds }: Profile): string[] {
  const { missing, judged } = model;
  const failures = failuresOf(model);
  const beaten = placeModels(models).find((placed) => placed.model === model)?.beaten ?? null;
  const waiting = waitsFor(model, thresholds);
  return [
    failures !== '' && `${model.model} failed: ${failures}`,
    missing > 0 &&
      `${model.model} is not whole: ${showCount(missing)} of ${showCount(judged + missing)} have no answer or verdict`,
    waiting !== null && `${model.model} is undecided: it takes ${waiting}`,
    beaten !== null && `${model.model} is off the frontier: ${beaten.say}`,
  ].filter((note) => note !== false);
}

/** What the answers that did not pass failed at, the worst gate first. */
function failuresOf({ byGate, refused }: ModelProfile): string {
  const isFailed = ({ judged, passed }: GateResult): boolean => judged > passed;
  const failing = byGate
    .filter(({ judged, passed, broken }) => judged > passed || broken > 0)
    .toSorted((one, other) => other.judged - other.passed - (one.judged - one.passed))
    .map(({ gate, judged, passed, broken }) => {
      const failed = judged > passed ? `${gate} ${showCount(judged - passed)}` : gate;
      return broken > 0 ? `${failed} (${showCount(broken)} without a verdict)` : failed;
    });
  if (refused > 0) failing.push(`refused by the provider ${showCount(refused)}`);
  return `${failing.join(', ')}${byGate.filter(isFailed).length > 1 ? ' (one answer can fail at several)' : ''}`;
}

const OVERVIEW = ['verdict', '1,000 calls', 'then', 'saved', 'saved a month'];

/** A line for each task, and what it comes to in a month where that is known. */
function overview(advices: readonly Advice[], baseline: string | null): string {
  const figures = advices.map(toFigures);
  // Two columns of names share what is left.
  const room = Math.floor((roomBeside(OVERVIEW, figures) - 1) / 2) - 3;
  const table = new Table({
    head: ['task', 'take', ...OVERVIEW],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const [at, { task, recommended, behind }] of advices.entries()) {
    const take = recommended === null ? UNKNOWN : recommended.model + (behind === null ? '' : ` > ${behind.model}`);
    const names = [task.profile.task, take].map((name) => fitName(showText(name), room));
    table.push([...names, ...(figures[at] as string[])]);
  }
  const saving = savingOf(advices);
  const sum =
    saving === null
      ? []
      : [
          `Saved a month, where the volume is known: ${showNano(saving.savedPerMonth)} of ${showNano(saving.nowPerMonth)}.`,
        ];
  const now =
    baseline === null
      ? 'There is no baseline to count savings against.'
      : `Of 1,000 calls: what they cost at ${baseline}, then as recommended.`;
  return [table.toString(), ...[now, ...sum].flatMap((line) => wrap(showText(line), WIDTH, 2))].join('\n');
}

/** Its own verdict; `for now` as long as a cheaper model is open. */
function sayVerdict({ verdict }: ModelProfile, { profile }: ReportTask): string {
  return profile.recommendation.openModels.length === 0 ? SIGNS[verdict] : `${SIGNS[verdict]} for now`;
}

function toFigures({ task, recommended, nowNanoUsd, thenNanoUsd, savedShare, savedPerMonth }: Advice): string[] {
  return [
    recommended === null ? SIGNS[task.profile.recommendation.verdict] : sayVerdict(recommended, task),
    showThousand(nowNanoUsd),
    showThousand(thenNanoUsd),
    savedShare === null ? UNKNOWN : percent(savedShare),
    showNano(savedPerMonth),
  ];
}
