// Findings about money and quality: models without a price, tasks whose answers nobody checks, cascades that cannot pay.
import type { NanoUsd } from '../../call/money.ts';
import { toUsage } from '../../call/usage.ts';
import type { Config, TaskConfig } from '../../config/config.ts';
import { showUsd } from '../../ledger/display.ts';
import { percent } from '../../policy/attempts.ts';
import { lowerBound } from '../../policy/pass-rate.ts';
import type { Policy, PolicyRoute } from '../../policy/policy.ts';
import type { PlanState } from '../../policy/state.ts';
import type { Finding } from './finding.ts';

/** What a call is reckoned with where nothing is known of it: a page of prompt, a paragraph of answer. */
const INPUT_TOKENS = 1000;
const OUTPUT_TOKENS = 200;

export function findUngated({ tasks }: Config): Finding[] {
  return [...tasks.values()]
    .filter((task) => task.accept.length === 0)
    .map((task) => {
      const level = levelOf(task);
      const of =
        task.consequence === null
          ? 'it does not say what a wrong answer does'
          : `a wrong answer is ${task.consequence}`;
      return { level, code: 'no_gate', at: `tasks.${task.name}`, say: `no gate checks its answers, and ${of}` };
    });
}

function levelOf({ consequence }: TaskConfig): Finding['level'] {
  if (consequence === 'irreversible') return 'error';
  return consequence === 'reversible' ? 'warning' : 'note';
}

export function findUnpriced({ models }: Policy, nowMs: number): Finding[] {
  const usage = toUsage({ inputTokens: INPUT_TOKENS, outputTokens: OUTPUT_TOKENS });
  return [...models.values()]
    .filter((model) => model.priceOf(usage, nowMs, null) === null)
    .map(({ name }) => ({
      level: 'warning',
      code: 'no_price',
      at: `models.${name}`,
      say: 'its price is not known, so its calls cost an unknown sum; say it under `price`',
    }));
}

/** Every step of every cascade, with the pass rate it needs: s1 times c2 must be more than c1. */
export function findUnprofitable(policy: Policy, state: PlanState): Finding[] {
  return policy.tasks.flatMap((task) => {
    const routes = [
      ...task.rules.map(({ route }, index) => ({ route, at: `tasks.${task.name}.rules[${index}].route` })),
      { route: task.route, at: `tasks.${task.name}.route` },
    ];
    const output = task.typicalOutputTokens ?? OUTPUT_TOKENS;
    return routes.flatMap(({ route, at }) =>
      stepsOf(route).flatMap((step) => judgeStep({ policy, state, task: task.name, at, output, step })),
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
  step: [string, string];
}

function judgeStep({ policy, state, task, at, output, step: [name, next] }: Step): Finding[] {
  const first = costOf(policy, name, { output, state, task });
  const second = costOf(policy, next, { output, state, task });
  if (first === null || second === null) return [];
  const known = state.recordOf(task, name);
  const rate = known === null || known.judged === 0 ? null : known.passed / known.judged;
  const needed = second === 0 ? Number.POSITIVE_INFINITY : first / second;
  const sums = `c1 ${showUsd(first)} (${name}), c2 ${showUsd(second)} (${next}), at ${INPUT_TOKENS} tokens in`;
  const finding = (level: Finding['level'], say: string): Finding[] => [
    { level, code: 'cascade_cost', at, say: `${say}; ${sums}` },
  ];
  if (needed >= 1) return finding('warning', `trying ${name} first cannot pay: it costs as much as ${next}`);
  const need = `pays when at least ${percent(needed)} of the answers of ${name} pass`;
  if (rate === null) return finding('note', `${need} (c1 / c2); how many do is not known yet`);
  const low = lowerBound(known?.passed ?? 0, known?.judged ?? 0) ?? 0;
  const arithmetic = `s1 x c2 = ${showUsd(Math.round(rate * second))}`;
  const says = `${need}; ${percent(rate)} do (surely ${percent(low)}), ${arithmetic}`;
  return rate * second < first ? finding('warning', `does not pay: ${says}`) : finding('note', says);
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
