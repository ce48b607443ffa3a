import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PolicyPredict, PolicyRoute } from '../../policy/policy.ts';
import { findIdle, type IdleFacts } from './idle.ts';

const predict = (exploreShare: number): PolicyPredict => ({ exploreShare }) as PolicyPredict;
const routeOf = (models: string[], more: Partial<PolicyRoute> = {}): PolicyRoute =>
  ({ models, ownCount: models.length, isCascade: false, mode: null, predict: null, ...more }) as PolicyRoute;
const find = (route: PolicyRoute, more: Partial<IdleFacts> = {}): string[] =>
  findIdle({
    task: { name: 'label', consequence: null },
    routes: [{ at: 'tasks.label.route', route }],
    calls: 100,
    triedBy: new Map([['small', 100]]),
    references: new Set(),
    ...more,
  });

describe('what loses touch', () => {
  test('is a predicted route without exploration, with the line that helps', () => {
    assert.match(
      find(routeOf(['small', 'big'], { predict: predict(0) })).join('\n'),
      /^tasks\.label\.route sees only its own choices; `explore: 2%` there/,
    );
    assert.deepEqual(find(routeOf(['small'], { predict: predict(0) })), []);
    assert.deepEqual(
      find(routeOf(['small', 'big'], { predict: predict(0.02) }), {
        triedBy: new Map([
          ['small', 1],
          ['big', 1],
        ]),
      }),
      [],
    );
  });

  test('is never explored where a wrong answer cannot be taken back', () => {
    const said = find(routeOf(['small', 'big'], { predict: predict(0) }), {
      task: { name: 'label', consequence: 'irreversible' },
    });
    assert.match(said.join('\n'), /nothing is explored where a wrong answer is irreversible/);
    assert.doesNotMatch(said.join('\n'), /explore: 2%/);
  });

  test('is a model that nobody has asked for the whole period, unless it answers canaries', () => {
    const said = find(routeOf(['small', 'mid', 'big'], { isCascade: true }));
    assert.deepEqual(said, [
      'tasks.label.route: no call of the period has asked mid, big; `tierline profile label --models mid,big` measures them (`explore` belongs to predicted routes)',
    ]);
    assert.match(
      find(routeOf(['small', 'mid', 'big'], { isCascade: true }), { references: new Set(['big']) }).join(),
      /has asked mid; .* measures it/,
    );
    assert.deepEqual(
      find(routeOf(['small', 'big'], { isCascade: true, ownCount: 1 })),
      [],
      'a fallback waits for an outage',
    );
  });

  test('is nothing where there were no calls at all', () => {
    assert.deepEqual(find(routeOf(['small', 'big']), { calls: 0, triedBy: new Map() }), []);
  });
});
