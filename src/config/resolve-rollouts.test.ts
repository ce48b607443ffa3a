import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RolloutConfig } from './rollout-config.ts';
import { BASE, onlyProblemOf, parse, problemsOf, routeTo } from './sample.test.ts';

const TASK = 'tasks: { triage: { accept: [{ refusal: true }], route: mid }, notes: { route: mid } }';

function rollout(written: string): RolloutConfig {
  const found = parse(`${BASE}\n${TASK}\nrollouts: { triage: ${written} }`).rollouts.get('triage');
  assert.ok(found);
  return found;
}
const problem = (written: string): string => onlyProblemOf(`${BASE}\n${TASK}\nrollouts: { ${written} }`);

test('a configuration without the section has no rollouts', () => {
  assert.equal(parse(`${BASE}\n${TASK}`).rollouts.size, 0);
});

test('a rollout has a candidate and, unless it says more, four steps and the usual bounds', () => {
  const { digest, ...rest } = rollout('{ candidate: small }');
  assert.match(digest, /^[0-9a-f]{16}$/);
  assert.deepEqual(rest, {
    task: 'triage',
    candidate: routeTo({ kind: 'model', name: 'small' }),
    stepsPercent: [5, 25, 50, 100],
    by: 'session',
    approval: 'auto',
    canaryShare: 1,
    minCalls: 200,
    minCanaries: 100,
    maxLoss: 0.03,
    maxCostRatio: 1.1,
    maxLatencyRatio: 1.5,
    maxErrorRise: 0.01,
    maxCanaries: 6000,
  });
});

test('what it says is kept, points as shares', () => {
  const {
    digest: _,
    candidate,
    ...rest
  } = rollout(`{ candidate: { cascade: [small, mid] }, steps: [0.5, 10%, "30", 100],
    by: tenant, approval: ask, canary_share: 20%, min_calls: 10, min_canaries: 20, max_loss: 0.5, max_cost_ratio: 0.8,
    max_latency_ratio: 2, max_error_rise: 0, max_canaries: 20 }`);
  assert.deepEqual([candidate.isCascade, candidate.targets.length], [true, 2]);
  assert.deepEqual(rest, {
    task: 'triage',
    stepsPercent: [0.5, 10, 30, 100],
    by: 'tenant',
    approval: 'ask',
    canaryShare: 0.2,
    minCalls: 10,
    minCanaries: 20,
    maxLoss: 0.005,
    maxCostRatio: 0.8,
    maxLatencyRatio: 2,
    maxErrorRise: 0,
    maxCanaries: 20,
  });
});

test('the digest is that of the candidate as it is meant, and of nothing else', () => {
  const digest = (candidate: string, rest = ''): string => rollout(`{ candidate: ${candidate}${rest} }`).digest;
  const one = digest('{ cascade: [small, mid], attempt_timeout: 2s, hedge: { below: 60%, after: 300ms } }');
  assert.equal(digest('{ hedge: { after: 300ms, below: 0.6 }, attempt_timeout: 2000ms, cascade: [small, mid] }'), one);
  assert.equal(
    digest('{ cascade: [small, mid], attempt_timeout: 2s, hedge: { below: 60%, after: 300ms } }', ', min_calls: 7'),
    one,
  );
  const others = [
    '{ cascade: [mid, small] }',
    '{ cascade: [small, mid] }',
    '{ cascade: [small, mid], attempt_timeout: 2s }',
    'small',
    'mid',
  ].map((candidate) => digest(candidate));
  assert.equal(new Set([one, ...others]).size, others.length + 1);
});

test('a task that is not there is told with the nearest name, one that is broken is not', () => {
  assert.equal(
    problem('triege: { candidate: small }'),
    'rollouts.triege: there is no task "triege" [Did you mean "triage"?]',
  );
  assert.deepEqual(problemsOf(`${BASE}\ntasks: { a: { route: 5 } }\nrollouts: { a: { candidate: small } }`).length, 1);
  assert.deepEqual(problemsOf(`${BASE}\ntasks: 5\nrollouts: { a: { candidate: small } }`).length, 1);
});

test('a candidate is held to the rules of a route of its task, under its own path', () => {
  assert.match(
    problem('triage: { candidate: smal }'),
    /^rollouts\.triage\.candidate: there is no model or tier "smal"/,
  );
  assert.match(
    problem('notes: { candidate: { cascade: [small, mid] } }'),
    /^rollouts\.notes\.candidate\.cascade: never goes on to its second model/,
  );
  assert.deepEqual(
    parse(`${BASE}\n${TASK}\nrollouts: { notes: { candidate: { cascade: [small, mid], attempt_timeout: 1s } } }`)
      .rollouts.size,
    1,
  );
  assert.match(
    problem('triage: { candidate: { predict: nowhere.json } }'),
    /^rollouts\.triage\.candidate\.predict: there is no file .*nowhere\.json/,
  );
  assert.match(
    problem('triage: { candidate: { best: cost } }'),
    /^rollouts\.triage\.candidate: `best` and `among` go together/,
  );
  const open = `providers: { simulated: {}, openai: { api_key: kkkk } }
models: { near: simulated/sim-small, far: openai/gpt-5.4 }
tasks: { t: { private: true, route: near } }
rollouts: { t: { candidate: far } }`;
  assert.match(onlyProblemOf(open), /^rollouts\.t\.candidate: belongs to a private task, but its model "far"/);
});

test('steps rise to 100, and are percentages', () => {
  const steps = (written: string): string => problem(`triage: { candidate: small, steps: ${written} }`);
  assert.match(steps('[5, 25]'), /^rollouts\.triage\.steps: the last step is 100/);
  assert.match(steps('[25, 5, 100]'), /^rollouts\.triage\.steps: a step is not above the one before it/);
  assert.match(steps('[50, 50, 100]'), /not above/);
  assert.match(steps('[0, 100]'), /^rollouts\.triage\.steps\[0\]: expected a percentage from 0\.1 to 100/);
  assert.match(steps('[0.05, 100]'), /from 0\.1 to 100/);
  assert.match(steps('[5, 101]'), /^rollouts\.triage\.steps\[1\]: expected a percentage/);
  assert.match(steps('[]'), /the last step is 100/);
  assert.deepEqual(rollout('{ candidate: small, steps: [100] }').stepsPercent, [100]);
});

test('bounds that could never be met, and keys that are not there, are told', () => {
  assert.match(problem('triage: { candidate: small, max_loss: 0 }'), /^rollouts\.triage\.max_loss: .*from 0\.1 to 50/);
  assert.match(problem('triage: { candidate: small, canary_share: 0 }'), /canary_share: must be above 0/);
  assert.match(
    problem('triage: { candidate: small, min_canaries: 200, max_canaries: 100 }'),
    /^rollouts\.triage: `max_canaries` is below `min_canaries`/,
  );
  assert.match(
    problem('triage: { candidate: small, step: [100] }'),
    /step: there is no such key \[Did you mean "steps"\?\]/,
  );
  assert.match(problem('triage: { candidate: small, by: user }'), /by: expected session or tenant/);
  assert.match(problem('triage: { steps: [100] }'), /^rollouts\.triage\.candidate: is missing/);
});
