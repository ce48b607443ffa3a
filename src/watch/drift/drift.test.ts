import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json } from '../../call/json.ts';
import { createRandom } from '../../stats/random.ts';
import type { Alarm } from '../alarm.ts';
import type { Observation } from '../observation.ts';
import { createDrift, type Drift, type DriftOptions } from './drift.ts';
import { observation, START_MS } from './observation.fixture.ts';
import type { Message } from './task-drift.ts';

type Draw = (random: () => number, at: number) => Partial<Observation>;

/** Feeds the calls from `from` up to `to`, each as it is drawn, and gives what was told. */
function feed(drift: Drift, { from, to }: { from: number; to: number }, draw: Draw): Message[] {
  const random = createRandom(from + 1);
  const told: Message[] = [];
  for (let at = from; at < to; at++) told.push(...drift.observe(observation(at, draw(random, at))));
  return told;
}

const keysOf = (told: readonly Message[]): string[] => told.map(({ key }) => key);
const alarmsOf = (told: readonly Message[]): Alarm[] => told.filter((message) => 'rule' in message);

/** Gates that pass that often; every tenth call is another tenant's. */
const passing =
  (share: number, initech = share): Draw =>
  (random, at) => {
    const tenant = at % 10 === 0 ? 'initech' : 'acme';
    return { tenant, segments: [`tenant:${tenant}`], isPassed: random() < (at % 10 === 0 ? initech : share) };
  };

describe('drift', () => {
  test('is told in a sentence with its figures, for the task and not once more for each of its segments', () => {
    const drift = createDrift();
    assert.deepEqual(feed(drift, { from: 0, to: 6000 }, passing(0.93)), []);
    const told = feed(drift, { from: 6000, to: 12_000 }, passing(0.82));
    assert.deepEqual(keysOf(told), ['pass_rate/triage']);
    const { sentence, evidence, ...alarm } = told[0] as Alarm;
    assert.match(
      sentence,
      /^triage: answers that pass their gates fell from 9\d\.?\d? % to 8\d\.?\d? % within the last \d+ gated calls, since about 2026-03-01 15:\d\d UTC\.$/,
    );
    assert.deepEqual(
      { ...alarm, atMs: 0 },
      {
        key: 'pass_rate/triage',
        rule: 'pass_rate',
        task: 'triage',
        segment: null,
        severity: 'critical',
        atMs: 0,
        isEvent: false,
      },
    );
    assert.deepEqual([evidence.way, evidence.baselineFrom, evidence.baselineCalls], ['falls', 'calls', 5000]);
    assert.equal(evidence.falseAlarm, 'at most 5 % for any alarm of the task in 50,000 unchanged calls');
    assert.ok((evidence.now as number) < 0.87 && (evidence.evidence as number) >= 1);
  });

  test('of one tenant is told of that tenant', () => {
    const drift = createDrift();
    feed(drift, { from: 0, to: 10_000 }, passing(0.93));
    const told = feed(drift, { from: 10_000, to: 14_000 }, passing(0.93, 0.6));
    const alarm = told.find(({ key }) => key === 'pass_rate/triage/tenant:initech') as Alarm;
    assert.equal(alarm.severity, 'warning');
    assert.match(alarm.sentence, / UTC \(tenant initech\)\.$/);
    assert.equal(alarm.segment, 'tenant:initech');
  });

  test('of lengths and times is told in tokens and microseconds', () => {
    const drift = createDrift();
    const noisy =
      (times: number): Draw =>
      (random) => {
        const factor = 2 ** (2 * random() - 1);
        return {
          outputTokens: 200 * times * factor,
          inputTokens: (900 / times) * factor,
          decisionUs: 80 * times * factor,
        };
      };
    feed(drift, { from: 0, to: 2000 }, noisy(1));
    const told = alarmsOf(feed(drift, { from: 2000, to: 2500 }, noisy(3)));
    assert.deepEqual(keysOf(told).toSorted(), ['decision_time/triage', 'input_length/triage', 'output_length/triage']);
    const sentences = told.map(({ sentence }) => sentence).join('\n');
    assert.match(sentences, /the usual length of answers rose from \d+ tokens to \d+ tokens within the last \d+ calls/);
    assert.match(sentences, /the usual length of requests fell from \d+ tokens to \d+ tokens/);
    assert.match(sentences, /the usual time of a decision rose from \d+\.?\d* µs to \d+ µs/);
  });

  test('of the prompt cache is told by provider', () => {
    const drift = createDrift();
    const cached =
      (share: number): Draw =>
      (random, at) =>
        at % 2 === 0 ? { cachedShare: share * random() } : { provider: 'azure', cachedShare: 0.9 * random() };
    feed(drift, { from: 0, to: 3000 }, cached(0.9));
    const told = feed(drift, { from: 3000, to: 4000 }, cached(0.2));
    assert.deepEqual(keysOf(told), ['cache_hit/triage/provider:openai']);
    assert.match((told[0] as Alarm).sentence, /\(provider openai\)\.$/);
    assert.deepEqual(
      feed(drift, { from: 4000, to: 4010 }, () => ({ cachedShare: Number.NaN })),
      [],
    );
  });

  test('of the mix of requests names what grew', () => {
    const drift = createDrift();
    const speaking =
      (french: number): Draw =>
      (random) => ({ segments: [`language:${random() < french ? 'fr' : 'en'}`] });
    feed(drift, { from: 0, to: 3000 }, speaking(0));
    const told = feed(drift, { from: 3000, to: 4000 }, speaking(0.2));
    assert.deepEqual(keysOf(told), ['input_mix/triage']);
    const { sentence, evidence } = told[0] as Alarm;
    assert.match(
      sentence,
      /requests of a kind that was rare or unknown rose from 0 % to .* UTC; language:fr from 0 % to \d+\.?\d* %\.$/,
    );
    assert.equal((evidence.grown as { value: string }[])[0]?.value, 'language:fr');
  });

  test('of canaries is told of the task', () => {
    const drift = createDrift();
    const gaps = (from: number, to: number, wrong: number): Message[] => {
      const random = createRandom(from + 1);
      return Array.from({ length: to - from }, (_, at) =>
        drift.gap({ task: 'triage', segments: ['tenant:acme'], gap: random() < wrong ? -1 : 0, atMs: START_MS + at }),
      ).flat();
    };
    assert.deepEqual(gaps(0, 2000, 0.04), []);
    const [alarm] = alarmsOf(gaps(2000, 4000, 0.14));
    assert.match(
      alarm?.sentence ?? '',
      /the cheap answers' worth .* fell from -\d\.?\d* points to -1\d\.?\d* points within the last \d+ canaries/,
    );
    assert.throws(() => drift.gap({ task: 'triage', segments: [], gap: 1.5, atMs: 0 }), /a gap between -1 and 1/);
  });

  test('is looked for from the first call where a profile says what is usual, asked once and of the model that answers first', () => {
    const asked: string[][] = [];
    const drift = createDrift({
      baselineOf: (...key) => {
        asked.push(key);
        return { passRate: 0.95, outputTokens: 200, trials: 2000 };
      },
    });
    feed(drift, { from: 0, to: 3 }, () => ({ model: 'big', isEscalated: true, isPassed: false }));
    const told = feed(drift, { from: 3, to: 400 }, (random) => ({ isPassed: random() < 0.6, outputTokens: 900 }));
    assert.deepEqual(asked, [['triage', 'small']]);
    assert.deepEqual(keysOf(told).toSorted(), ['output_length/triage', 'pass_rate/triage']);
    assert.ok(alarmsOf(told).every(({ evidence }) => evidence.baselineFrom === 'profile'));
  });

  test('comes back, and is over when somebody accepts it', () => {
    const drift = createDrift();
    feed(drift, { from: 0, to: 6000 }, passing(0.93));
    feed(drift, { from: 6000, to: 9000 }, passing(0.75));
    const back = feed(drift, { from: 9000, to: 12_000 }, passing(0.93));
    assert.deepEqual(keysOf(back), ['pass_rate/triage']);
    assert.match(
      back[0]?.sentence ?? '',
      /^triage: answers that pass their gates came back to 9\d\.?\d? % in the last [\d,]+ gated calls; usual is 9/,
    );
    feed(drift, { from: 12_000, to: 14_000 }, passing(0.75));
    const accepted = drift.accept('triage', 5);
    assert.ok(keysOf(accepted).includes('pass_rate/triage') && accepted.every(({ atMs }) => atMs === 5));
    assert.deepEqual(feed(drift, { from: 14_000, to: 20_000 }, passing(0.75)), []);
    assert.deepEqual(drift.accept('other', 5), []);
  });

  test('watches a candidate that has everybody', () => {
    const drift = createDrift();
    const arm = { rollout: 'r1', arm: 'candidate', percent: 100 } as const;
    feed(drift, { from: 0, to: 3000 }, (random, at) => ({ arm, ...passing(0.93)(random, at) }));
    const messages = feed(drift, { from: 3000, to: 3500 }, () => ({ arm, isPassed: false }));
    assert.ok(keysOf(messages).includes('pass_rate/triage'));
  });

  test('leaves the calls of a candidate to its rollout', () => {
    const drift = createDrift({
      levels: { escalation: null, errors: 0.5, fallback: null, cacheHit: null, unknownCost: false },
    });
    feed(drift, { from: 0, to: 3000 }, passing(0.93));
    const arm = { rollout: 'r1', arm: 'candidate', percent: 50 } as const;
    assert.deepEqual(
      feed(drift, { from: 3000, to: 6000 }, () => ({ arm, isPassed: false, isFailed: true })),
      [],
    );
    assert.deepEqual(keysOf(drift.levels(START_MS + 6_000_000)), ['level/errors/triage']);
    const base = { ...arm, arm: 'base' } as const;
    assert.ok(
      keysOf(feed(drift, { from: 6000, to: 6500 }, () => ({ arm: base, isPassed: false }))).includes(
        'pass_rate/triage',
      ),
    );
  });

  test('also is another model, and another price', () => {
    const drift = createDrift();
    const told = feed(drift, { from: 0, to: 2 }, (_, at) => ({ responseModel: `m${at}` }));
    assert.deepEqual(keysOf(told), ['model_changed/openai/gpt-small']);
    drift.prices({ small: { input: 1 } }, 1);
    assert.deepEqual(keysOf(drift.prices({ small: { input: 2 } }, 2)), ['price_changed/small']);
  });

  test('refuses options that are none', () => {
    const wrong: DriftOptions[] = [
      { falseAlarms: { error: 0, calls: 50_000 } },
      { falseAlarms: { error: 0.05, calls: 0 } },
      { learnCalls: 3 },
    ];
    for (const options of wrong) assert.throws(() => createDrift(options), RangeError);
  });
});

describe('a snapshot of drift', () => {
  const kept = (): { drift: Drift; json: Json } => {
    const drift = createDrift();
    feed(drift, { from: 0, to: 700 }, passing(0.9));
    drift.observe(observation(701, { task: '12', responseModel: 'a' }));
    return { drift, json: JSON.parse(JSON.stringify(drift.snapshot())) as Json };
  };

  test('is taken whole, in place of what was known', () => {
    const { drift, json } = kept();
    const other = createDrift();
    other.observe(observation(1, { task: 'forgotten' }));
    assert.deepEqual(other.restore(json), []);
    assert.equal(JSON.stringify(other.snapshot()), JSON.stringify(drift.snapshot()));
  });

  test('that is damaged in one place costs that place only, and says which', () => {
    const { drift, json } = kept();
    const state = json as { tasks: [string, Record<string, Json>][]; models: Json };
    (state.tasks[0] as [string, Json])[1] = { ...state.tasks[0]?.[1], whole: [] };
    state.models = 'none';
    const other = createDrift();
    assert.deepEqual(other.restore(json), [
      'what is known of models begins anew: a list is expected',
      'the task triage begins anew: other signals are watched now',
    ]);
    const [mine, its] = [drift, other].map((each) => each.snapshot() as { tasks: Json[] });
    assert.deepEqual(its?.tasks, mine?.tasks.slice(1));
  });

  test('of another version, or that is none, is not taken', () => {
    const drift = createDrift();
    assert.match(drift.restore({ version: 9 })[0] ?? '', /all that was watched begins anew: its state is of version 9/);
    assert.match(drift.restore(null)[0] ?? '', /an object is expected/);
  });

  test('that has asked for its baseline does not ask again', () => {
    const { json } = kept();
    const drift = createDrift({ baselineOf: () => assert.fail('asked again') });
    drift.restore(json);
    assert.deepEqual(feed(drift, { from: 800, to: 810 }, passing(0.9)), []);
  });
});
