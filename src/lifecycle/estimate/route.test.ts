import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Fraction } from '../../stats/fraction.ts';
import { type Candidate, typicalRoute } from './route.ts';
import { sampleConfig } from './sample.fixture.ts';

const GATES = 'accept: [{ refusal: true }]';
const FACTS: Record<string, { rank: number; cost: number | null; low: number | null }> = {
  haiku: { rank: 0, cost: 1, low: 0.8 },
  unpriced: { rank: 0, cost: null, low: 0.9 },
  sonnet: { rank: 1, cost: 3, low: 0.9 },
  opus: { rank: 2, cost: 5, low: 0.95 },
};

function candidate(name: string): Candidate {
  const { rank, cost, low } = FACTS[name] ?? { rank: -1, cost: null, low: null };
  const interval = low === null ? null : { low: Fraction.of(low), high: Fraction.ONE };
  return {
    name,
    rank,
    perCall: cost === null ? null : Fraction.of(cost),
    passRate: interval && { share: interval.low, interval, from: 'profile' },
  };
}

function routeOf(task: string) {
  const config = sampleConfig(`  triage: { ${task} }`);
  return typicalRoute(config.tasks.get('triage') ?? assert.fail(), config.models, candidate);
}

describe('the route of a typical call', () => {
  test('is the first model of a plain route, fallbacks being for failures', () => {
    const route = routeOf(`${GATES}, route: { model: sonnet, fallback: opus }`);
    assert.deepEqual(route, { models: ['sonnet'], isCascade: false, isGated: false, notes: [] });
    assert.deepEqual(routeOf('route: { tier: small }').models, ['haiku']);
  });

  test('is every model of a cascade in its order, tiers spelled out', () => {
    const route = routeOf(`${GATES}, route: { cascade: [small, opus], fallback: sonnet }`);
    assert.deepEqual(route.models, ['haiku', 'unpriced', 'opus']);
    assert.deepEqual([route.isCascade, route.isGated], [true, true]);
  });

  test('is the first of a cascade without gates, and that is said', () => {
    const route = routeOf('route: { cascade: [haiku, opus], attempt_timeout: 2s }');
    assert.deepEqual([route.models, route.isCascade, route.isGated], [['haiku'], false, false]);
    assert.match(route.notes.join(), /nothing checks its answers/);
  });

  test('is checked without a cascade, too, where a wrong answer is an error', () => {
    assert.equal(routeOf(`${GATES}, consequence: irreversible, route: sonnet`).isGated, true);
    assert.equal(routeOf(`${GATES}, consequence: reversible, route: sonnet`).isGated, false);
  });

  test('by cost is the cheapest that is surely good enough', () => {
    assert.deepEqual(routeOf('route: { best: cost, among: [haiku, sonnet, opus], quality: 85% }').models, ['sonnet']);
    assert.deepEqual(routeOf('route: { best: cost, among: [haiku, sonnet, opus], quality: 70% }').models, ['haiku']);
    assert.deepEqual(routeOf('route: { best: cost, among: [unpriced, opus], quality: 70% }').models, ['opus']);
    assert.deepEqual(routeOf('route: { best: cost, among: [haiku, sonnet], quality: 99% }').models, ['sonnet']);
  });

  test('leaves rules and hedges out, and says so', () => {
    const rules = routeOf('rules: [{ when: { has_code: true }, route: opus }], route: sonnet');
    assert.deepEqual(rules.notes, ['its rules are left out']);
    const hedged = routeOf(`${GATES}, route: { cascade: [haiku, opus], hedge: { below: 50%, after: 2s } }`);
    assert.match(hedged.notes.join(), /its hedge is left out/);
    const timed = routeOf(`${GATES}, route: { cascade: [haiku, opus], attempt_timeout: 2s }`);
    assert.match(timed.notes.join(), /answers that its attempt_timeout cuts off are left out/);
  });

  test('that an artifact predicts is the static one, and that is said', () => {
    const artifact = fileURLToPath(import.meta.url);
    const route = routeOf(`${GATES}, route: { predict: ${artifact}, among: [haiku, opus, sonnet], static: opus }`);
    assert.deepEqual([route.models, route.isCascade, route.isGated], [['opus'], false, false]);
    assert.match(
      route.notes.join(),
      /the bill of its static route \(opus\); `tierline evaluate` measures what it saves/,
    );
  });
});
