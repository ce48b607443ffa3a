// tierline explain: why one call went where it went, what happened there and what it cost. Says nothing that is not in the row.
import type { CostBasis, NanoUsd } from '../call/money.ts';
import type { Expected } from '../call/plan.ts';
import type { Prediction } from '../call/prediction.ts';
import type { AttemptRow, CallRow, StopReason } from '../call/row.ts';
import { totalInputTokens, type Usage } from '../call/usage.ts';
import type { Verdict } from '../call/verdict.ts';
import {
  showCount,
  showDuration,
  showModel,
  showShare,
  showText,
  showTime,
  showUsd,
  UNKNOWN,
} from '../ledger/display.ts';
import { openLedgerReader } from '../ledger/reader.ts';
import { sayArm } from '../policy/rollout.ts';

export interface ExplainOptions {
  /** Path of the ledger file. */
  ledger: string;
  /** The request id, as `x-tierline-request-id` told it. */
  id: string;
  json?: boolean;
}

/** Prints a page about a call. Throws a sentence for a missing ledger or an unknown id. */
export function explainCommand(options: ExplainOptions, print: (text: string) => void): void {
  const reader = openLedgerReader(options.ledger);
  try {
    const row = reader.call(options.id);
    if (row === null)
      throw new Error(
        `The ledger at ${options.ledger} has no call "${showText(options.id)}"; \`tierline tail --ids\` shows the newest.`,
      );
    print(options.json === true ? `${JSON.stringify(row, null, 2)}\n` : toPage(row));
  } finally {
    reader.close();
  }
}

function toPage(row: CallRow): string {
  const sections: [string, string[]][] = [
    [`Call ${showText(row.id)}`, toOverview(row)],
    ['Plan', toPlan(row)],
    [
      'Attempts',
      row.attempts.length === 0 ? ['none'] : row.attempts.flatMap((attempt) => toAttempt(attempt, row.prediction)),
    ],
    ['Tokens', toTokens(row.usage)],
    ['Money', toMoney(row)],
    ['Lost in translation', row.losses.length === 0 ? ['nothing'] : row.losses.map(showText)],
  ];
  return sections.map(([title, lines]) => `${[title, ...lines.map((line) => `  ${line}`)].join('\n')}\n`).join('\n');
}

function toOverview(row: CallRow): string[] {
  const outcome = [`${row.status}, HTTP ${row.httpStatus}`];
  if (row.errorCode !== null) outcome.push(showText(row.errorCode));
  if (row.finishReason !== null) outcome.push(`finished with ${showText(row.finishReason)}`);
  const times = [row.latencyMs === null ? 'nobody waited for it' : `${showDuration(row.latencyMs)} in all`];
  if (row.ttftMs !== null) times.push(`first token after ${showDuration(row.ttftMs)}`);
  const lines = [
    field('at', showTime(row.atMs)),
    field('asked', `${showText(row.requestedModel)} (${showText(row.dialect)}${row.stream ? ', streamed' : ''})`),
    field('tenant', showText(row.tenant)),
    field('task', showText(row.task)),
    ...(row.arm === null ? [] : [field('rollout', showText(sayArm(row.arm)))]),
    field('outcome', outcome.join(', ')),
    field('answered by', toAnswer(row)),
    ...howGiven(row).map((said) => field('', said)),
    field('time', times.join(', ')),
  ];
  if (row.session !== null) lines.splice(3, 0, field('session', showText(row.session)));
  return lines;
}

function toAnswer(row: CallRow): string {
  if (row.model === null) return 'no model';
  const said = row.responseModel === null ? '' : `, which calls itself ${showText(row.responseModel)}`;
  const escalated = row.escalated ? '; not the first model of the plan' : '';
  return `${showModel(row)} at ${showText(row.provider)}${said}${escalated}`;
}

/** Why the client has an answer that a gate of this call refused. */
function howGiven({ model, status, attempts }: CallRow): string[] {
  if (model === null || status !== 'ok') return [];
  const answered = attempts.findLast((attempt) => attempt.model === model && attempt.stopped === null);
  const failed = answered?.verdicts?.find(({ pass }) => !pass);
  if (failed === undefined) return [];
  const liked = attempts
    .flatMap(({ verdicts }) => verdicts ?? [])
    .find(({ pass, prefers }) => pass && prefers === model);
  return liked === undefined
    ? [`given although the gate ${showText(failed.gate)} refused it`]
    : [`given because the gate ${showText(liked.gate)}, when it had seen a later answer, liked this one better`];
}

function toPlan(row: CallRow): string[] {
  const models = row.planned.length === 0 ? 'no model' : row.planned.map(showText).join(', then ');
  return [
    field('models', `${models} (decided in ${Math.round(row.decisionUs)} µs)`),
    ...row.reasons.map((reason) => field(reason.step, showText(reason.say))),
    ...(row.prediction === null ? [] : toPrediction(row.prediction)),
  ];
}

function toPrediction(prediction: Prediction): string[] {
  const { artifact, how, why, chances, first, propensity, encoderNanoUsd } = prediction;
  const said = Object.entries(chances).map(([model, chance]) => `${showText(model)} ${showShare(chance)}`);
  const none = why === null ? '' : `, without a forecast (${why.replace('_', ' ')})`;
  return [
    field('artifact', showText(artifact)),
    field('chances', said.length === 0 ? 'none were told' : said.join(', ')),
    field('first', `${showText(first)}: ${how}${none}, with a probability of ${showShare(propensity)}`),
    ...(encoderNanoUsd === 0 ? [] : [field('encoder', `cost ${showUsd(encoderNanoUsd)}`)]),
  ];
}

function toAttempt(attempt: AttemptRow, prediction: Prediction | null): string[] {
  const outcome: string[] = [attempt.status];
  if (attempt.httpStatus !== null) outcome.push(`HTTP ${attempt.httpStatus}`);
  if (attempt.errorCode !== null) outcome.push(showText(attempt.errorCode));
  const first = attempt.ttftMs === null ? '' : `, first token after ${showDuration(attempt.ttftMs)}`;
  const lines = [
    `${attempt.index + 1}. ${showText(attempt.model)} at ${showText(attempt.provider)} (${showText(attempt.upstreamModel)})`,
    `   ${outcome.join(', ')}`,
    `   began after ${showDuration(attempt.startMs)}, took ${showDuration(attempt.latencyMs)}${first}`,
    `   cost ${showAmount(attempt.costNanoUsd, attempt.costBasis)}`,
  ];
  if (attempt.stopped !== null) lines.splice(2, 0, `   ${STOPS[attempt.stopped]}`);
  if (attempt.expected !== null) lines.push(...toExpectation(attempt, attempt.expected, prediction));
  lines.push(...(attempt.verdicts ?? []).map((verdict) => `   ${toVerdict(verdict)}`));
  if (attempt.upstreamRequestId !== null) lines.push(`   provider's request id ${showText(attempt.upstreamRequestId)}`);
  return lines;
}

const STOPS: Record<StopReason, string> = {
  rejected: 'stopped: a gate refused what there was of its answer',
  late: 'stopped: it took longer than the time of its attempt',
  beaten: 'stopped: another answer was taken first',
};

function toExpectation(
  { model, usage, costNanoUsd }: AttemptRow,
  expected: Expected,
  prediction: Prediction | null,
): string[] {
  const { inputTokens, outputTokens, passRate } = expected;
  const tokens = (input: number | null, output: number | null): string =>
    `${input === null ? UNKNOWN : showCount(input)} / ${output === null ? UNKNOWN : showCount(output)} tokens`;
  const measured = tokens(usage === null ? null : totalInputTokens(usage), usage?.outputTokens ?? null);
  const said = Object.hasOwn(prediction?.chances ?? {}, model)
    ? `acceptable in ${showShare(passRate)}`
    : `passing in ${showShare(passRate)} or more`;
  const rate = passRate === null ? '' : `, ${said}`;
  return [
    `   expected ${tokens(inputTokens, outputTokens)}, ${showUsd(expected.costNanoUsd)}${rate}`,
    `   came to  ${measured}, ${showUsd(costNanoUsd)}`,
  ];
}

function toVerdict({ gate, pass, score, reason, costNanoUsd }: Verdict): string {
  const told = score === null ? '' : ` (score ${showScore(score)})`;
  const cost = costNanoUsd === 0 ? '' : `, cost ${costNanoUsd === null ? 'unknown' : showUsd(costNanoUsd)}`;
  return `gate ${showText(gate)}: ${pass ? 'passed' : 'FAILED'}${told}: ${showText(reason)}${cost}`;
}

/** At most two decimals: what a score says beyond them is noise. */
function showScore(score: number): string {
  return String(Math.round(score * 100) / 100);
}

const TOKEN_CLASSES: [keyof Usage, string][] = [
  ['inputTokens', 'input'],
  ['cacheReadTokens', 'cache read'],
  ['cacheWrite5mTokens', 'cache write 5 min'],
  ['cacheWrite1hTokens', 'cache write 1 h'],
  ['audioInputTokens', 'audio input'],
  ['outputTokens', 'output'],
  ['reasoningTokens', 'of it reasoning'],
  ['audioOutputTokens', 'audio output'],
];

function toTokens(usage: Usage | null): string[] {
  if (usage === null) return ['not reported'];
  const used = TOKEN_CLASSES.filter(([name]) => usage[name] > 0 || name === 'inputTokens' || name === 'outputTokens');
  return used.map(([name, label]) => field(label, showCount(usage[name])));
}

function toMoney(row: CallRow): string[] {
  const model = row.baselineModel === null ? '' : `${showText(row.baselineModel)} would have cost `;
  return [
    field('cost', showAmount(row.costNanoUsd, row.costBasis)),
    // Without an answer there is nothing that another model could have done for less.
    field(
      'baseline',
      row.model === null && row.baselineNanoUsd === 0
        ? 'none: there was no answer'
        : `${model}${showAmount(row.baselineNanoUsd, row.baselineBasis)}`,
    ),
    field('saved', toSavings(row.costNanoUsd, row.baselineNanoUsd)),
  ];
}

function toSavings(cost: NanoUsd | null, baseline: NanoUsd | null): string {
  if (cost === null || baseline === null) return 'unknown';
  const share = baseline === 0 ? '' : ` (${showShare((baseline - cost) / baseline)})`;
  return `${showUsd(baseline - cost)}${share}`;
}

function showAmount(amount: NanoUsd | null, basis: CostBasis): string {
  return amount === null ? 'unknown' : `${showUsd(amount)} (${basis})`;
}

function field(name: string, value: string): string {
  return `${name.padEnd(18)}${value}`;
}
