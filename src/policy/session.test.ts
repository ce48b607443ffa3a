import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { Pin } from '../call/pin.ts';
import { decide } from './decide.ts';
import { caller, model, policy, route, state, task, view } from './sample.test.ts';
import { findSession, namedSession, type Session, type Within } from './session.ts';
import type { PlanState } from './state.ts';

describe('a session is named', () => {
  test('by the headers and metadata that gateways have taught clients, in this order', () => {
    const all = { 'x-session-id': 'a', 'x-tierline-session': 'b', 'helicone-session-id': 'c' };
    assert.equal(namedSession(view(), caller(all)), 'a');
    assert.equal(namedSession(view(), caller({ ...all, 'x-session-id': '' })), 'b');
    assert.equal(namedSession(view(), caller({ 'helicone-session-id': ['c', 'd'] })), 'c');
    assert.equal(namedSession(view(), caller({ 'helicone-session-id': 'c', 'thread-id': 't' })), 'c');
    assert.equal(namedSession(view(), caller({ 'session-id': 's', 'thread-id': 't' })), 't', 'as Codex CLI has it');
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

const NOWHERE: Within = { task: null, model: null };
const ID = '01234567-89ab-cdef-0123-456789abcdef';

/** The session of a request with this view, which may be read. */
function find(fields: Parameters<typeof view>[0], tenant = 'acme', within: Partial<Within> = {}): Session {
  const asked = { view: view(fields), caller: caller({}, tenant) };
  return findSession(asked, { ...NOWHERE, ...within }, true) ?? assert.fail('no session');
}

const named = (name: string, tenant: string, within: Partial<Within> = {}): Session =>
  find({ metadata: { session: name } }, tenant, within);

describe('the key of a session', () => {
  test('keeps tenants, tasks and named models apart, whatever they are called', () => {
    const all = [
      named('s', 'a', { task: 't' }),
      named('s', 'b', { task: 't' }),
      named('s', 'a', { task: 'u' }),
      named('s', 'a'),
      named('s', 'a', { task: 't', model: 'm' }),
      named('s', 'a', { model: 't' }),
      named('s"', 'a', { task: 't' }),
      find({ opening: 's' }, 'a', { task: 't' }),
      find({ opening: 's' }, 'b', { task: 't' }),
      find({ opening: 's', firstExchange: 's', hasAnswer: true }, 'a', { task: 't' }),
    ];
    assert.equal(new Set(all.map(({ key }) => key)).size, all.length);
  });

  test('is short, however long the name', () => {
    const long = named('x'.repeat(100_000), 'a');
    assert.ok(long.key.length < 200);
    assert.notEqual(long.key, named('x'.repeat(100_001), 'a').key);
  });
});

describe('the key for a provider that caches by key', () => {
  test('is never the same for two tenants, though they send the same', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (one, other, text) => {
        fc.pre(one !== other);
        for (const fields of [{ opening: text }, { metadata: { session: text || 's' } }]) {
          assert.notEqual(find(fields, one).cacheKey, find(fields, other).cacheKey);
        }
      }),
    );
  });

  test('stays the same from turn to turn, and is one that OpenAI takes and that names nobody', () => {
    const first = find({ opening: 'Hello' }, 'acme-corporation');
    const later = find({ opening: 'Hello', hasAnswer: true, firstExchange: 'Hello, hi' }, 'acme-corporation');
    assert.equal(later.cacheKey, first.cacheKey);
    assert.match(first.cacheKey, /^tierline-[\w-]{43}$/);
    assert.ok(first.cacheKey.length <= 64);
    assert.doesNotMatch(named('secret-case', 'acme-corporation').cacheKey, /secret|acme/);
  });
});

describe('a session told by its text', () => {
  test('is that of the opening until there is an answer, and one of its own from then on', () => {
    const first = find({ opening: 'a' });
    assert.deepEqual([first.key, /^derived-[\w-]{22}$/.test(first.name)], [first.openingKey, true]);
    const one = find({ opening: 'a', hasAnswer: true, firstExchange: 'x' });
    const other = find({ opening: 'a', hasAnswer: true, firstExchange: 'y' });
    assert.deepEqual([one.openingKey, other.openingKey], [first.key, first.key], 'the first turn is found');
    assert.notEqual(one.key, other.key);
    assert.equal(one.name, first.name);
    assert.equal(find({ opening: 'changed', hasAnswer: true, firstExchange: 'x' }).key, one.key);
  });

  test('is not looked for where the text is not to be read', () => {
    const asked = { view: view({ opening: 'a' }), caller: caller() };
    assert.equal(findSession(asked, NOWHERE, false), null);
  });
});

describe("the run of a coding agent is no conversation: its sub-agents' go under the same id", () => {
  const metadata = { user_id: `user_abc_account__session_${ID}` };

  test('so each has a key of its own under the one name', () => {
    const main = find({ metadata, opening: 'You are the agent' });
    const sub = find({ metadata, opening: 'You are a sub-agent' });
    assert.deepEqual([main.name, sub.name], [ID, ID]);
    assert.notEqual(main.key, sub.key);
    assert.notEqual(main.key, find({ opening: 'You are the agent' }).key, 'and none is met by another run');
  });

  test('and the name alone is taken where the text is not to be read', () => {
    const asked = { view: view({ metadata }), caller: caller() };
    assert.deepEqual(findSession(asked, NOWHERE, false)?.openingKey, null);
  });
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
    const { plan, keys: looked } = asked(cascade, { opening: 'x', firstExchange: 'xy' });
    assert.match(plan.session ?? '', /^derived-/);
    assert.equal(looked[0], plan.pin?.key);
    assert.equal(looked[1], asked(cascade, { opening: 'x', hasAnswer: false }).plan.pin?.key, "else the first turn's");
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

test('two conversations that begin alike keep the models they got, turn about, and so do those of an agent in one run', () => {
  const models = [model('a', 'small'), model('b', 'mid')];
  const made = policy(models, [task('t', route(['a', 'b'], { isCascade: true }))]);
  const pins = new Map<string, Pin>();
  const turn = (answers: string, servedBy: string | null, metadata: Record<string, string>): string | undefined => {
    const exchange = answers === '' ? {} : { hasAnswer: true, isInToolLoop: true, firstExchange: `hello ${answers}` };
    const seen = view({ model: 'auto/t', opening: 'hello', metadata, ...exchange });
    const plan = decide(made, seen, caller(), state({ pinOf: (key) => pins.get(key) ?? null }));
    const order = plan.pin ?? assert.fail('nothing to remember');
    const answered = servedBy ?? plan.attempts[0]?.model ?? '';
    const turns = (order.previous?.turns ?? 0) + 1;
    pins.set(order.key, {
      model: answered,
      route: order.route,
      cachedTokens: 0,
      cachedUntilMs: 0,
      candidateOf: null,
      isStandIn: false,
      turns,
      isEscalated: false,
    });
    return answered;
  };
  for (const metadata of [{}, { user_id: `user_abc_account__session_${ID}` }] as Record<string, string>[]) {
    turn('', 'a', metadata);
    turn('one', 'a', metadata);
    turn('', 'b', metadata);
    turn('two', 'b', metadata);
    for (let round = 0; round < 3; round++) {
      assert.equal(turn('one', null, metadata), 'a');
      assert.equal(turn('two', null, metadata), 'b');
    }
  }
});
