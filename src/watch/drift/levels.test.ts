import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Alarm } from '../alarm.ts';
import type { Observation } from '../observation.ts';
import { Levels, type LevelThresholds, NO_LEVELS } from './levels.ts';
import { observation, START_MS } from './observation.fixture.ts';

const MINUTE_MS = 60_000;

function levels(thresholds: Partial<LevelThresholds>): Levels {
  return new Levels({ ...NO_LEVELS, ...thresholds });
}

/** `count` calls at one moment, the first `hits` of them as `fields` say. */
function take(
  level: Levels,
  { count, hits, minute = 0 }: { count: number; hits: number; minute?: number },
  fields: Partial<Observation>,
): void {
  for (let at = 0; at < count; at++)
    level.observe(observation(at, { atMs: START_MS + minute * MINUTE_MS, ...(at < hits ? fields : {}) }));
}

const look = (level: Levels, minute = 0): string[] =>
  level.look(START_MS + minute * MINUTE_MS).map(({ sentence }) => sentence);
const keys = (level: Levels, minute = 0): string[] => level.look(START_MS + minute * MINUTE_MS).map(({ key }) => key);

describe('a level', () => {
  test('is told when it is crossed, once, with its figures', () => {
    const level = levels({ escalation: 0.2 });
    take(level, { count: 100, hits: 31 }, { isEscalated: true });
    assert.deepEqual(level.look(START_MS), [
      {
        key: 'level/escalation/triage',
        rule: 'escalation',
        task: 'triage',
        segment: null,
        severity: 'warning',
        atMs: START_MS,
        sentence: 'triage: calls that were escalated: 31 % of 100 calls in the last hour; at most 20 % is allowed.',
        evidence: { share: 0.31, threshold: 0.2, calls: 100 },
        isEvent: false,
      },
    ]);
    assert.deepEqual(level.look(START_MS), []);
  });

  test('means nothing with fewer than 50 calls, or on the line', () => {
    const level = levels({ errors: 0.2 });
    take(level, { count: 49, hits: 49 }, { isFailed: true });
    assert.deepEqual(look(level), []);
    const other = levels({ errors: 0.2 });
    take(other, { count: 100, hits: 20 }, { isFailed: true });
    assert.deepEqual(look(other), []);
  });

  test('is kept again with some room, not a hair below the line', () => {
    const level = levels({ errors: 0.2 });
    take(level, { count: 100, hits: 30 }, { isFailed: true });
    assert.equal((level.look(START_MS)[0] as Alarm).severity, 'critical');
    take(level, { count: 58, hits: 0 }, {});
    assert.deepEqual(look(level), [], '19 %');
    take(level, { count: 10, hits: 0 }, {});
    assert.deepEqual(look(level), [
      'triage: calls without a complete answer: 17.9 % of 168 calls in the last hour, which is within bounds again.',
    ]);
  });

  test('slides: what is over an hour old counts no more', () => {
    const level = levels({ fallback: 0.1 });
    take(level, { count: 100, hits: 50 }, { isFallback: true });
    assert.deepEqual(keys(level), ['level/fallback/triage']);
    take(level, { count: 100, hits: 0, minute: 50 }, {});
    assert.deepEqual(look(level, 54), []);
    assert.deepEqual(keys(level, 60), ['level/fallback/triage']);
  });

  test('takes a call that comes late to where it belongs, and not at all when it is too late', () => {
    const level = levels({ errors: 0.2 });
    take(level, { count: 60, hits: 0, minute: 30 }, {});
    take(level, { count: 60, hits: 60, minute: 5 }, { isFailed: true });
    take(level, { count: 60, hits: 60, minute: -40 }, { isFailed: true });
    assert.match(look(level, 30)[0] ?? '', /50 % of 120 calls/);
    take(level, { count: 60, hits: 0, minute: 45 }, {});
    assert.match(look(level, 66)[0] ?? '', /0 % of 120 calls .* within bounds again/);
  });

  test('is over when a task has had no call for an hour', () => {
    const level = levels({ errors: 0.2, escalation: 0.2 });
    take(level, { count: 60, hits: 60 }, { isFailed: true, isEscalated: true });
    assert.equal(level.look(START_MS).length, 2);
    assert.deepEqual(
      look(level, 61),
      Array.from({ length: 2 }, () => 'triage: there was no call in the last hour.'),
    );
    assert.deepEqual(level.toJson(), { hours: [], told: [] });
  });

  test('of the prompt cache is told below its threshold, by provider', () => {
    const level = levels({ cacheHit: 0.5 });
    take(level, { count: 60, hits: 60 }, { cachedShare: 0.4 });
    take(level, { count: 60, hits: 60 }, { cachedShare: 0.8, provider: 'azure' });
    take(level, { count: 60, hits: 60 }, { cachedShare: null, provider: 'other' });
    assert.deepEqual(look(level), [
      'triage: input that came from the prompt cache: 40 % of 60 calls in the last hour (provider openai); at least 50 % is allowed.',
    ]);
    take(level, { count: 60, hits: 60 }, { cachedShare: 0.68 });
    assert.deepEqual(look(level), [], '54 %');
    take(level, { count: 60, hits: 60 }, { cachedShare: 0.68 });
    assert.deepEqual(keys(level), ['level/cache_hit/triage/provider:openai']);
  });

  test('of a provider that the task has left is over, though the task goes on elsewhere', () => {
    const level = levels({ cacheHit: 0.5 });
    take(level, { count: 60, hits: 60 }, { cachedShare: 0.1 });
    assert.deepEqual(keys(level), ['level/cache_hit/triage/provider:openai']);
    take(level, { count: 60, hits: 60, minute: 50 }, { cachedShare: 0.8, provider: 'azure' });
    assert.deepEqual(keys(level, 50), []);
    assert.deepEqual(look(level, 70), [
      'triage: in the last hour no call told anything of level/cache_hit/triage/provider:openai.',
    ]);
    assert.deepEqual(look(level, 70), []);
  });

  test('of missing forecasts counts the calls that were asked about', () => {
    const level = levels({ unforeseen: 0.1 });
    take(level, { count: 200, hits: 100 }, { isUnforeseen: false });
    assert.deepEqual(look(level), []);
    take(level, { count: 20, hits: 20 }, { isUnforeseen: true });
    const [alarm] = level.look(START_MS) as Alarm[];
    assert.deepEqual([alarm?.key, alarm?.rule], ['level/unforeseen/triage', 'fallback']);
    assert.match(alarm?.sentence ?? '', /16.7 % of 120 calls/);
  });

  test('of costs is crossed by a single call whose cost nobody knows', () => {
    const level = levels({ unknownCost: true });
    take(level, { count: 3, hits: 0 }, {});
    assert.deepEqual(look(level), []);
    take(level, { count: 1, hits: 1 }, { costNanoUsd: null });
    assert.deepEqual(look(level), [
      'triage: calls whose cost is not known: 25 % of 4 calls in the last hour; none is allowed.',
    ]);
    take(level, { count: 1, hits: 0, minute: 40 }, {});
    assert.match(look(level, 66)[0] ?? '', /0 % of 1 call in the last hour, which is within bounds again/);
  });

  test('that is off is not told, and a threshold that is no share is refused', () => {
    const level = levels({});
    take(level, { count: 100, hits: 100 }, { isFailed: true, isEscalated: true, isFallback: true, costNanoUsd: null });
    assert.deepEqual(look(level), []);
    assert.throws(() => levels({ errors: 5 }), /errors is a share between 0 and 1, not 5/);
  });

  test('goes on from its state', () => {
    const [level, other] = [levels({ errors: 0.2 }), levels({ errors: 0.2 })];
    take(level, { count: 60, hits: 30 }, { isFailed: true, cachedShare: 0.5 });
    level.look(START_MS);
    other.fromJson(JSON.parse(JSON.stringify(level.toJson())));
    assert.deepEqual(other.toJson(), level.toJson());
    assert.deepEqual(look(other), []);
    take(other, { count: 200, hits: 0 }, {});
    assert.deepEqual(keys(other), ['level/errors/triage']);
    for (const state of [null, { hours: [['a', [{}]]], told: [] }, { hours: [], told: 1 }])
      assert.throws(() => levels({}).fromJson(state), /expected/);
  });
});
