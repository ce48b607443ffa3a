import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decide } from './decide.ts';
import { caller, model, policy, route, state, task, view } from './sample.test.ts';
import { derivedSession, namedSession, toSession } from './session.ts';
import type { PlanState } from './state.ts';

describe('a session is named', () => {
  test('by the headers and metadata that gateways have taught clients, in this order', () => {
    const all = { 'x-session-id': 'a', 'x-tierline-session': 'b', 'helicone-session-id': 'c' };
    assert.equal(namedSession(view(), caller(all)), 'a');
    assert.equal(namedSession(view(), caller({ ...all, 'x-session-id': '' })), 'b');
    assert.equal(namedSession(view(), caller({ 'helicone-session-id': ['c', 'd'] })), 'c');
    assert.equal(namedSession(view({ metadata: { session: 'f', session_id: 'e' } }), caller()), 'e');
    assert.equal(namedSession(view({ metadata: { session: 'f' } }), caller()), 'f');
  });

  test('inside of the user id that coding agents send to Anthropic, in both of its forms', () => {
    const of = (user_id: string) => namedSession(view({ metadata: { user_id } }), caller());
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    assert.equal(of(`user_abc_account__session_${id}`), id);
    assert.equal(of(JSON.stringify({ device_id: 'd', session_id: id })), id);
    assert.equal(of('user-17'), null, 'a user is no conversation');
    assert.equal(of('session_'), null);
  });

  test('by nothing else', () => {
    assert.equal(namedSession(view(), caller()), null);
  });
});

describe('the key of a session', () => {
  test('keeps tenants and tasks apart, whatever they are called', () => {
    const keys = [
      toSession('s', caller({}, 'a'), 't'),
      toSession('s', caller({}, 'b'), 't'),
      toSession('s', caller({}, 'a'), 'u'),
      toSession('s', caller({}, 'a'), null),
      toSession('s"', caller({}, 'a'), 't'),
    ].map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length);
  });

  test('is short, however long the name', () => {
    const long = toSession('x'.repeat(100_000), caller(), null);
    assert.ok(long.key.length < 200);
    assert.notEqual(long.key, toSession('x'.repeat(100_001), caller(), null).key);
  });
});

test('a derived session is the same for every turn that begins alike', () => {
  const of = (opening: string) => derivedSession(view({ opening }), caller(), 't');
  assert.deepEqual(of('a'), of('a'));
  assert.notEqual(of('a').key, of('b').key);
  assert.match(of('a').name, /^derived-[\w-]{22}$/);
});

describe('a plan looks for a session', () => {
  const models = [model('a', 'small'), model('b', 'mid')];
  const cascade = route(['a', 'b'], { isCascade: true });
  const keys: string[] = [];
  const world: PlanState = state({ pinOf: (key) => (keys.push(key), null) });
  function asked(to: typeof cascade, fields: Parameters<typeof view>[0], headers = {}) {
    keys.length = 0;
    const seen = view({ model: 'auto/t', hasAnswer: true, ...fields });
    const plan = decide(policy(models, [task('t', to)]), seen, caller(headers), world);
    return { plan, keys: [...keys] };
  }
  /** A view whose text must not be looked at. */
  const blind = () => {
    const seen = { model: 'auto/t' };
    Object.defineProperty(seen, 'opening', { get: () => assert.fail('it was hashed'), enumerable: false });
    return seen;
  };

  test('where the same conversation may get different models', () => {
    const { plan, keys: looked } = asked(cascade, { opening: 'x' });
    assert.match(plan.session ?? '', /^derived-/);
    assert.deepEqual([plan.pin?.key], looked);
    assert.equal(plan.pin?.route, 'a, then b');
  });

  test('by name alone where only an outage changes the model, and not at all where nothing does', () => {
    const list = route(['a', 'b']);
    assert.deepEqual([asked(list, blind()).plan.session, asked(list, {}).keys], [null, []]);
    assert.equal(asked(list, {}, { 'x-session-id': 's' }).plan.session, 's');
    assert.equal(asked(route(['a']), {}, { 'x-session-id': 's' }).plan.session, null);
  });

  test('that has a past: the first turn of a derived one has none, but is remembered', () => {
    const first = asked(cascade, { opening: 'x', hasAnswer: false });
    assert.deepEqual(first.keys, []);
    assert.notEqual(first.plan.pin, null);
    assert.equal(asked(cascade, { hasAnswer: false }, { 'x-session-id': 's' }).keys.length, 1);
  });
});
