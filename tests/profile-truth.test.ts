// What profiles say of the simulated models, whose true pass rates are known: intervals hold the truth as often as they say, and what is
// recommended is the cheapest model that is good enough. Every answer is really given and really judged.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NO_USAGE } from '../src/call/usage.ts';
import { ALONE, type Answer, type Question } from '../src/gate/gate.ts';
import type { KeptAnswer } from '../src/lifecycle/profile/answer.ts';
import { judge } from '../src/lifecycle/profile/oracle.ts';
import type { Profile } from '../src/lifecycle/profile/profile.ts';
import { type Measured, type Outcome, summarise } from '../src/lifecycle/profile/summarise.ts';
import { type Sample, toSample } from '../src/lifecycle/samples/sample.ts';
import { answerTo } from '../src/provider/simulated/answer.ts';
import { passProbability } from '../src/provider/simulated/competence.ts';
import { SIMULATED_MODELS, type SimulatedModel, type TaskKind } from '../src/provider/simulated/models.ts';
import { readOpenAi } from '../src/provider/simulated/read-openai.ts';
import { generateWorkload } from '../src/provider/simulated/workload.ts';
import { wilson } from '../src/stats/proportion.ts';

const RUNS = 400;
const THRESHOLDS = { defaultFrom: 0.95, gatedFrom: 0.85, confidence: 0.95 };
/** Easy problems are more frequent than hard ones: difficulties are those of the workload. */
const EASE = 1.5;

/** The true pass rate of a model on the workload of a task: over difficulties u^EASE with u uniform, by the midpoint rule. */
function truthOf(model: string, task: TaskKind): number {
  const steps = 20_000;
  let sum = 0;
  for (let step = 0; step < steps; step++) sum += passProbability(model, task, ((step + 0.5) / steps) ** EASE);
  return sum / steps;
}

/** One answer, as the provider would give it, judged as a profile would. */
async function outcomeOf(sample: Sample, model: SimulatedModel, seed: number): Promise<Outcome> {
  const request = readOpenAi({ model: model.name, ...sample.request });
  const said = answerTo(request, { seed, choice: 0 });
  const answer: Answer = {
    text: said.text,
    toolCalls: [],
    finish: { reason: 'stop', raw: 'stop' },
    refusal: null,
    logprobs: null,
    isComplete: true,
  };
  const oracle = {
    gates: [],
    own: new Map(),
    reference: { compare: 'exact' as const, at: null, tolerance: 0, isFenced: false },
  };
  const judged = await judge(oracle, { sample, answer, question: {} as Question, context: ALONE });
  const { input, output } = model.usdPerMillion;
  const kept: KeptAnswer = {
    kind: 'answer',
    key: sample.id,
    sample: sample.id,
    model: model.name,
    upstream: `simulated/${model.name}`,
    at: '2026-01-01T00:00:00.000Z',
    latencyMs: 1,
    answer: { text: said.text, finish: answer.finish },
    error: null,
    usage: { ...NO_USAGE, inputTokens: 100, outputTokens: said.outputTokens },
    costNanoUsd: Math.round(1000 * (100 * input + said.outputTokens * output)),
    costBasis: 'measured',
    responseModel: model.name,
  };
  return { sample: sample.id, weight: 1, kept, ...judged };
}

async function profileOf(task: TaskKind, { seed, count }: { seed: number; count: number }): Promise<Profile> {
  const samples = generateWorkload({ seed, count, tasks: [task] }).map(({ id, messages, reference }) =>
    toSample({ id, messages: [messages[1]], reference }),
  );
  const measured: Measured[] = [];
  for (const model of SIMULATED_MODELS) {
    const outcomes: Outcome[] = [];
    for (const sample of samples) outcomes.push(await outcomeOf(sample, model, seed));
    measured.push({ model: model.name, tier: model.tier, upstreams: [], outcomes });
  }
  return summarise(measured, {
    task,
    madeAt: '2026-01-01T00:00:00.000Z',
    samples: { count, digest: '', withReference: count },
    thresholds: THRESHOLDS,
    gates: ['reference'],
    hasGates: false,
    spent: { nanoUsd: 0, unknown: 0 },
  });
}

/** The cheapest model that is truly good enough to be the default; null when none is. */
function cheapestAdequate(truths: ReadonlyMap<string, number>): string | null {
  return SIMULATED_MODELS.find(({ name }) => (truths.get(name) ?? 0) >= THRESHOLDS.defaultFrom)?.name ?? null;
}

/** How often the Wilson interval of `trials` holds a truth, by the binomial distribution: near 0 and 1 it is not smooth. */
function coverageOf(truth: number, trials: number): number {
  let sum = 0;
  let logOfWays = 0;
  for (let passed = 0; passed <= trials; passed++) {
    if (passed > 0) logOfWays += Math.log(trials - passed + 1) - Math.log(passed);
    const { low, high } = wilson(passed, trials);
    if (low <= truth && truth <= high)
      sum += Math.exp(logOfWays + passed * Math.log(truth) + (trials - passed) * Math.log(1 - truth));
  }
  return sum;
}

/** Tasks whose truths lie all over the scale: from 0.38 to 0.99 and more. */
const TASKS: readonly { task: TaskKind; samples: number }[] = [
  { task: 'arithmetic', samples: 120 },
  { task: 'code-question', samples: 75 },
];

describe(`over ${RUNS} seeded runs of the simulated provider`, () => {
  let held = 0;
  let intervals = 0;
  let told = 0;
  let right = 0;
  let misled = 0;
  for (const { task, samples } of TASKS) {
    test(`intervals of ${task} hold the true pass rate, and a recommendation is the truly cheapest adequate model`, async () => {
      const truths = new Map<string, number>(SIMULATED_MODELS.map(({ name }) => [name, truthOf(name, task)]));
      const heldOf = new Map<string, number>(SIMULATED_MODELS.map(({ name }) => [name, 0]));
      for (let seed = 1; seed <= RUNS; seed++) {
        const { models, recommendation } = await profileOf(task, { seed, count: samples });
        let isTrue = true;
        for (const { model, passRate } of models) {
          const truth = truths.get(model) as number;
          const holds = passRate.low <= truth && truth <= passRate.high;
          if (holds) heldOf.set(model, (heldOf.get(model) ?? 0) + 1);
          else isTrue = false;
        }
        if (recommendation.verdict === 'undecided') continue;
        told++;
        const isRight = recommendation.model === cheapestAdequate(truths);
        if (isRight) right++;
        else misled++;
        // Where every interval holds the truth, a verdict cannot be wrong.
        if (isTrue) assert.ok(isRight, `seed ${seed}: ${recommendation.say}`);
      }
      for (const [model, found] of heldOf) {
        held += found;
        intervals += RUNS;
        const exact = coverageOf(truths.get(model) as number, samples);
        const spread = 3.5 * Math.sqrt((exact * (1 - exact)) / RUNS);
        assert.ok(Math.abs(found / RUNS - exact) <= spread, `${task}, ${model}: ${found} of ${RUNS}, exactly ${exact}`);
      }
    });
  }

  test('in all, the intervals hold the truth in 93 to 97 of 100 runs, and hardly a verdict misleads', (t) => {
    t.diagnostic(`${held} of ${intervals} intervals hold the truth; of ${told} recommendations ${right} are right`);
    assert.ok(held / intervals >= 0.93 && held / intervals <= 0.97, `${held} of ${intervals}`);
    assert.ok(told > RUNS / 2, `${told} runs came to a recommendation`);
    assert.ok(misled / told <= 0.025, `${misled} of ${told} recommendations are wrong`);
  });
});
