import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MOST_SLOTS, Slots } from './slots.ts';

class Fake {
  readonly segment: string;
  isTelling = false;
  constructor(segment: string) {
    this.segment = segment;
  }
  toJson(): string {
    return this.segment;
  }
}

const create = (): Slots<Fake> => new Slots((segment) => new Fake(segment));

function use(slots: Slots<Fake>, segment: string, times: number): Fake | null {
  let scope: Fake | null = null;
  for (let time = 0; time < times; time++) {
    slots.turn();
    scope = slots.take(segment);
  }
  return scope;
}

const names = (slots: Slots<Fake>): string[] => [...slots].map(([segment]) => segment);

function full(): Slots<Fake> {
  const slots = create();
  for (let at = 0; at < MOST_SLOTS; at++) use(slots, `tenant:${at}`, 50 + at);
  return slots;
}

describe('slots', () => {
  test('are given to a segment with its fiftieth call', () => {
    const slots = create();
    assert.equal(use(slots, 'tenant:acme', 49), null);
    assert.equal(slots.peek('tenant:acme'), null);
    const scope = use(slots, 'tenant:acme', 1);
    assert.equal(scope?.segment, 'tenant:acme');
    assert.equal(slots.peek('tenant:acme'), scope);
    assert.equal(use(slots, 'tenant:acme', 1), scope);
  });

  test('are as many as there are: one more segment has to be used twice as much as the least used', () => {
    const slots = full();
    assert.equal(names(slots).length, MOST_SLOTS);
    assert.equal(use(slots, 'tenant:new', 60), null);
    assert.equal(use(slots, 'tenant:new', 100)?.segment, 'tenant:new');
    assert.equal(names(slots).length, MOST_SLOTS);
    assert.ok(!names(slots).includes('tenant:0') && names(slots).includes('tenant:1'));
  });

  test('are not taken from a segment that has told of something', () => {
    const slots = full();
    for (const [segment, scope] of slots) scope.isTelling = segment !== 'tenant:9';
    assert.equal(use(slots, 'tenant:new', 300)?.segment, 'tenant:new');
    assert.deepEqual(names(slots).includes('tenant:9'), false);
    for (const [, scope] of slots) scope.isTelling = true;
    assert.equal(use(slots, 'tenant:other', 900), null);
  });

  test('forget what was used long ago', () => {
    const slots = full();
    for (let call = 0; call < 14_000; call++) slots.turn();
    assert.equal(use(slots, 'tenant:new', 50)?.segment, 'tenant:new');
  });

  test('count a bounded number of segments', () => {
    const slots = create();
    for (let at = 0; at < 10_000; at++) slots.take(`tenant:${at}`);
    assert.ok(JSON.stringify(slots.toJson()).length < 10_000);
  });

  test('go on from their state', () => {
    const [slots, other] = [full(), create()];
    use(slots, 'tenant:new', 30);
    other.fromJson(JSON.parse(JSON.stringify(slots.toJson())), (scope) => new Fake(scope as string));
    assert.deepEqual(other.toJson(), slots.toJson());
    assert.equal(other.peek('tenant:3')?.segment, 'tenant:3');
    for (const state of [
      null,
      {},
      { calls: 0, counts: [['a', -1]], slots: [] },
      { calls: 0, counts: [], slots: [[1, 2, 3]] },
    ])
      assert.throws(() => create().fromJson(state, () => new Fake('')), Error);
  });
});
