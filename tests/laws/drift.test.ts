// Law of drift detection: a gateway that is stopped and started again tells what one tells that never stopped.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Json } from '../../src/call/json.ts';
import { createRandom } from '../../src/stats/random.ts';
import { createDrift, type Drift, type DriftOptions } from '../../src/watch/drift/drift.ts';
import { observation } from '../../src/watch/drift/observation.fixture.ts';

const OPTIONS: DriftOptions = {
  learnCalls: 20,
  baselineOf: (task) => (task === 'known' ? { passRate: 0.9, outputTokens: 150, trials: 50 } : null),
  levels: { escalation: 0.3, errors: 0.1, fallback: 0.1, unforeseen: 0.1, cacheHit: 0.4, unknownCost: true },
};

/** Stretches of calls that are alike: what they are like is drawn, so that alarms and recoveries come and go. */
const stretches = fc.array(
  fc.record({
    calls: fc.integer({ min: 1, max: 120 }),
    task: fc.constantFrom('7', 'known', 'plain'),
    pass: fc.double({ min: 0, max: 1, noNaN: true }),
    tokens: fc.integer({ min: 1, max: 5000 }),
    language: fc.constantFrom('en', 'de', 'fr'),
    model: fc.constantFrom(null, 'a', 'b', 'c'),
    gap: fc.constantFrom(null, -1, 0, 0.25),
  }),
  { minLength: 1, maxLength: 12 },
);

type Stretch = typeof stretches extends fc.Arbitrary<infer Value> ? Value : never;
type Feed = (drift: Drift) => unknown;

/** Each call as something that can be done to a detector, the same each time. */
function feedsOf(parts: Stretch, seed: number): Feed[] {
  const random = createRandom(seed);
  let at = 0;
  return parts.flatMap(({ calls, task, pass, tokens, language, model, gap }) =>
    Array.from({ length: calls }, (): Feed => {
      at++;
      const luck = random();
      const call = observation(31 * at, {
        task,
        segments: [`language:${language}`, `tenant:${at % 3}`],
        isPassed: luck < 0.05 ? null : random() < pass,
        isEscalated: random() > pass,
        isFailed: random() < 0.05,
        isFallback: random() < 0.1,
        isUnforeseen: random() < 0.2,
        outputTokens: Math.round(tokens * (0.5 + random())),
        cachedShare: random(),
        decisionUs: tokens * random(),
        responseModel: model,
        costNanoUsd: random() < 0.01 ? null : 1,
      });
      const { atMs, segments } = call;
      return (drift) => [
        drift.observe(call),
        gap === null ? [] : drift.gap({ task, segments, gap, atMs }),
        at % 50 === 0 ? drift.levels(atMs) : [],
        drift.prices({ small: { input: Math.floor(tokens / 1000) } }, atMs),
      ];
    }),
  );
}

function restarted(drift: Drift): Drift {
  const again = createDrift(OPTIONS);
  assert.deepEqual(again.restore(JSON.parse(JSON.stringify(drift.snapshot())) as Json), []);
  return again;
}

test('a restart changes nothing of what is told, and nothing of what is known', () => {
  let told = 0;
  fc.assert(
    fc.property(stretches, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (parts, seed, share) => {
      const feeds = feedsOf(parts, seed);
      const stopAt = Math.floor(share * feeds.length);
      const whole = createDrift(OPTIONS);
      let other = createDrift(OPTIONS);
      feeds.forEach((feed, at) => {
        if (at === stopAt) other = restarted(other);
        const [mine, its] = [feed(whole), feed(other)];
        assert.deepEqual(its, mine);
        told += (mine as unknown[][]).flat().length;
      });
      assert.equal(JSON.stringify(other.snapshot()), JSON.stringify(whole.snapshot()));
    }),
    { numRuns: 60 },
  );
  assert.ok(told > 100, `${told} were told`);
});
