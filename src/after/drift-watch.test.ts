import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Config } from '../config/config.ts';
import { measuredProfile } from '../evidence/profile.fixture.ts';
import { createRandom } from '../stats/random.ts';
import { observation, START_MS } from '../watch/drift/observation.fixture.ts';
import type { Observation } from '../watch/observation.ts';
import { DriftWatch } from './drift-watch.ts';
import { configOf } from './watched.fixture.ts';

const QUIET = 'alerts: { to: [], rules: { errors: off, unknown_cost: off, fallback: off, escalation: off } }';

function start(config: Config) {
  const warned: string[] = [];
  const watch = new DriftWatch(config, (sentence) => void warned.push(sentence));
  const random = createRandom(5);
  let at = 0;
  /** Keys of what is told of so many calls, of which a share passes its gates. */
  const feed = (count: number, share: number, more: Partial<Observation> = {}): string[] =>
    Array.from({ length: count }, () =>
      watch.observe(observation(at++, { task: 't', segments: [], isPassed: random() < share, ...more })),
    )
      .flat()
      .map(({ key }) => key);
  return { watch, warned, feed };
}

/** A configuration with a profile of the task t beside it. */
function withProfile(t: TestContext, more = QUIET): Config {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-drift-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'tierline', 'profile'), { recursive: true });
  const profile = measuredProfile('t', 'small');
  const models = profile.models.map((model) => ({ ...model, upstream: ['up/cheap'], model: 'cheap' }));
  const own = { ...profile, gates: ['finish'], models, samples: { ...profile.samples } };
  writeFileSync(join(folder, 'tierline', 'profile', 't.json'), JSON.stringify(own));
  return configOf(more, { file: join(folder, 'tierline.yaml') });
}

test('what is usual is learned, and what departs from it told', () => {
  const { feed } = start(configOf(QUIET));
  assert.deepEqual(feed(1_500, 0.95), []);
  assert.deepEqual(feed(600, 0.6), ['pass_rate/t']);
});

test('what a profile knows of the model that answers first need not be learned', (t) => {
  const { feed } = start(withProfile(t));
  assert.deepEqual(feed(60, 0.3, { model: 'cheap' }), ['pass_rate/t']);
  assert.deepEqual(start(configOf(QUIET)).feed(60, 0.3, { model: 'cheap' }), []);
});

test('another threshold forgets nothing of what was usual', () => {
  const { watch, feed, warned } = start(configOf(QUIET));
  feed(1_500, 0.95);
  watch.under(configOf('alerts: { to: [], rules: { errors: { above: 2% } } }\nwatch: { false_alarms: 2% }'));
  assert.deepEqual(feed(600, 0.6), ['pass_rate/t']);
  assert.deepEqual(warned, []);
});

test('nothing is looked for where drift is off, and it begins anew when it is on again', () => {
  const { watch, feed } = start(configOf(`${QUIET}\nwatch: { drift: false }`));
  assert.deepEqual(
    [feed(2_000, 0), watch.snapshot(), watch.look({}, START_MS), watch.accept('t', START_MS)],
    [[], null, [], []],
  );
  assert.deepEqual(watch.gap({ task: 't', segments: [], gap: -1, atMs: START_MS }), []);
  watch.restore({ version: 1 });
  watch.under(configOf(QUIET));
  assert.deepEqual(feed(1_500, 0.9), []);
  assert.deepEqual(feed(600, 0.5), ['pass_rate/t']);
});

test('levels are those of the alerts, by their own thresholds', () => {
  const { watch, feed } = start(configOf('alerts: { to: [], rules: { errors: { above: 20% }, fallback: off } }'));
  feed(40, 1);
  feed(60, 1, { isFailed: true, isPassed: null, isFallback: true });
  const levels = watch.look({}, START_MS + 100_000).map(({ key }) => key);
  assert.deepEqual(levels, ['level/errors/t']);
});

test('a price that has changed is told', () => {
  const { watch } = start(configOf(QUIET));
  assert.deepEqual(watch.look({ cheap: { input: 1, output: 2 } }, START_MS), []);
  const [alarm] = watch.look({ cheap: { input: 1, output: 3 } }, START_MS + 1);
  assert.match(alarm?.key ?? '', /cheap/);
});

test('the usual gap that the configuration names is not learned', () => {
  const said = 'tasks: { t: { route: cheap, canary: { usual_gap: -2 } } }\ncanary: { share: 1% }';
  const tell = (config: Config): number => {
    const { watch } = start(config);
    for (let at = 1; at <= 3_000; at++)
      if (watch.gap({ task: 't', segments: [], gap: at % 3 === 0 ? -1 : 0, atMs: START_MS + at }).length > 0) return at;
    return Number.POSITIVE_INFINITY;
  };
  assert.ok(tell(configOf(said)) < 500);
  assert.equal(tell(configOf('canary: { share: 1% }')), Number.POSITIVE_INFINITY, 'a third is what it learned');
});

test('what was kept is gone on with, and what cannot be used is told', () => {
  const earlier = start(configOf(QUIET));
  earlier.feed(1_500, 0.95);
  const later = start(configOf(QUIET));
  later.watch.restore(JSON.parse(JSON.stringify(earlier.watch.snapshot())));
  assert.deepEqual(later.feed(600, 0.6), ['pass_rate/t']);
  for (const kept of [undefined, null]) later.watch.restore(kept);
  assert.deepEqual(later.warned, []);
  later.watch.restore({ version: 77 });
  assert.match(later.warned.join(), /^watching: all that was watched begins anew: .*version/);
});
