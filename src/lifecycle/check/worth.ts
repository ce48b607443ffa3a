// Findings about money and quality: models without a price, tasks whose answers nobody checks, cascades that cannot pay.
import type { NanoUsd } from '../../call/money.ts';
import type { TrackRecord } from '../../call/track-record.ts';
import { toUsage } from '../../call/usage.ts';
import type { Config, TaskConfig } from '../../config/config.ts';
import { showUsd } from '../../ledger/display.ts';
import { percent } from '../../policy/attempts.ts';
import { lowerBound } from '../../policy/pass-rate.ts';
import type { Policy, PolicyRoute } from '../../policy/policy.ts';
import type { PlanState } from '../../policy/state.ts';
import { secondsOf } from './agreement.ts';
import { isForEmbeddings } from './embeddings.ts';
import type { Finding } from './finding.ts';
import { compiledRoutesOf } from './reach.ts';

/** What a call is reckoned with where nothing is known of it: a page of prompt, a paragraph of answer. */
const INPUT_TOKENS = 1000;
const OUTPUT_TOKENS = 200;

export function findUngated(config: Config, policy: Policy): Finding[] {
  return [...config.tasks.values()]
    .filter(({ accept, name }) => accept.length === 0 && policy.tasksByName.get(name)?.hasGates !== true)
    .filter((task) => !isForEmbeddings(task, config, policy))
    .map((task) => {
      const level = levelOf(task);
      const say =
        task.consequence === null
          ? 'nothing checks its answers; give it gates under `accept`, or say under `consequence` what a wrong one does'
          : `nothing checks its answers, and a wrong one is ${task.consequence}; gates go under \`accept\``;
      return { level, code: 'no_gate', at: `tasks.${task.name}`, say };
    });
}

function levelOf({ consequence }: TaskConfig): Finding['level'] {
  return consequence === 'reversible' ? 'warning' : 'note';
}

export function findUnpriced({ models }: Policy, nowMs: number): Finding[] {
  const answer = toUsage({ inputTokens: INPUT_TOKENS, outputTokens: OUTPUT_TOKENS });
  const vectors = toUsage({ inputTokens: INPUT_TOKENS, outputTokens: 0 });
  return [...models.values()]
    .filter(({ kind, priceOf }) => priceOf(kind === 'embedding' ? vectors : answer, nowMs, null) === null)
    .map(({ name }) => ({
      level: 'warning',
      code: 'no_price',
      at: `models.${name}`,
      say: 'its price is not known, so its calls cost an unknown sum; say it under `price`',
    }));
}

/** Every step of every cascade, with the pass rate it needs: the calls of the dearer model that it spares must cost more than it does. */
export function findUnprofitable(tasks: Config['tasks'], policy: Policy, state: PlanState): Finding[] {
  return policy.tasks.flatMap((task) => {
    const output = task.typicalOutputTokens ?? OUTPUT_TOKENS;
    const prior = tasks.get(task.name)?.typicalPassRate ?? null;
    const seconds = secondsOf(tasks.get(task.name)?.accept ?? []);
    return compiledRoutesOf(task).flatMap(({ route, at }) =>
      stepsOf(route).flatMap((step) => judgeStep({ policy, state, task: task.name, at, output, prior, seconds, step })),
    );
  });
}

function stepsOf(route: PolicyRoute): [string, string][] {
  if (!route.isCascade) return [];
  const ladder = route.models.slice(0, route.ownCount);
  return ladder.slice(1).map((next, index) => [ladder[index] as string, next]);
}

interface Step {
  policy: Policy;
  state: PlanState;
  task: string;
  at: string;
  /** Tokens of an answer. */
  output: number;
  /** What the operator expects of the cheaper model; null when they do not say. */
  prior: number | null;
  /** Models whose second answer its gates ask for. */
  seconds: readonly string[];
  step: [string, string];
}

function judgeStep({ policy, state, task, at, output, prior, seconds, step: [name, next] }: Step): Finding[] {
  const others = seconds.filter((model) => model !== name);
  const first = sumOf([name, ...others].map((model) => costOf(policy, model, { output, state, task })));
  const second = costOf(policy, next, { output, state, task });
  if (first === null || second === null) return [];
  const tried = others.length === 0 ? name : `${name} with the second answer of ${others.join(', ')}`;
  const known = passRateOf(state.recordOf(task, name), prior);
  const needed = second === 0 ? Number.POSITIVE_INFINITY : first / second;
  const sums = `At ${INPUT_TOKENS} tokens in, ${tried} costs ${showUsd(first)} and ${next} ${showUsd(second)}`;
  const finding = (level: Finding['level'], say: string): Finding[] => [
    { level, code: 'cascade_cost', at, say: `trying ${name} before ${next} ${say}` },
  ];
  if (needed >= 1) return finding('warning', `cannot pay: it costs as much as ${next}. ${sums}`);
  const share = percent(needed);
  if (known === null)
    return finding('note', `pays when at least ${share} of its answers pass; how many do is not known yet. ${sums}`);
  const spared = Math.round(known.rate * second);
  const says = `: at least ${share} of its answers have to pass, and ${known.say}. ${sums}: on average a try spares ${showUsd(spared)}`;
  return spared < first ? finding('warning', `does not pay${says}`) : finding('note', `pays${says}`);
}

/** What was measured goes before what the operator expects. */
function passRateOf(record: TrackRecord | null, prior: number | null): { rate: number; say: string } | null {
  if (record !== null && record.judged > 0) {
    const rate = record.passed / record.judged;
    const low = lowerBound(record.passed, record.judged) ?? 0;
    return { rate, say: `${percent(rate)} do (at least ${percent(low)}, of ${Math.round(record.judged)} judged)` };
  }
  return prior === null ? null : { rate: prior, say: `${percent(prior)} are expected to` };
}

/** Unknown as soon as one of them is. */
function sumOf(costs: readonly (NanoUsd | null)[]): NanoUsd | null {
  return costs.reduce((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0);
}

function costOf(
  policy: Policy,
  name: string,
  { output, state, task }: Pick<Step, 'output' | 'state' | 'task'>,
): NanoUsd | null {
  const outputTokens = Math.ceil(state.recordOf(task, name)?.outputTokens ?? output);
  const usage = toUsage({ inputTokens: INPUT_TOKENS, outputTokens });
  return policy.models.get(name)?.priceOf(usage, state.nowMs, null) ?? null;
}
