import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { textOf } from '../call/json.ts';
import type { Note } from '../call/note.ts';
import type { CallRow } from '../call/row.ts';
import { toUsage } from '../call/usage.ts';
import type { Config } from '../config/config.ts';
import { Inbound } from '../dialect/inbound.ts';
import { openaiChat } from '../dialect/openai-chat.ts';
import { feedbackRules } from '../feedback.ts';
import { openUnrecorded } from '../instance.ts';
import { sampleAttempt } from '../ledger/sample-row.test.ts';
import type { Ended, Engine } from '../router.ts';
import { Canaries, type CanaryParts, type CanaryRules } from './canaries.ts';
import { configOf, HOUR_MS, NOON_MS, rowOf } from './watched.fixture.ts';
import { answerOf, endedOf } from './watching.fixture.ts';

/** What the strong model costs for the ten tokens in and two out that the upstream tells. */
const ONE = 140_000;
const BUDGET = 1e9;

interface World {
  canaries: Canaries;
  config: Config;
  engine: Engine;
  rules: CanaryRules;
  notes: Note[];
  graded: string[];
  warned: string[];
  clock: { nowMs: number };
  /** What the models say, by their upstream name. */
  says: Record<string, string>;
  /** Upstream names of those that were asked. */
  asked: string[];
  /** While it is set, questions wait for it. */
  gate: { hold: Promise<void> | null; slowMs: number; most: number };
  take: (id: string, more?: Partial<CallRow>, ended?: Partial<Ended> & { text?: string }) => void;
  parts: Partial<CanaryParts>;
}

interface Options {
  more?: string;
  parts?: Partial<CanaryParts>;
  rules?: Partial<CanaryRules>;
}

const CANARY = 'canary: { share: 100% }';
const USAGE = toUsage({ inputTokens: 10, outputTokens: 2 });

async function start(t: TestContext, { more = CANARY, parts = {}, rules = {} }: Options = {}): Promise<World> {
  const world = { notes: [], graded: [], warned: [], asked: [], clock: { nowMs: NOON_MS }, parts } as unknown as World;
  world.says = { strong: 'bug', judge: '{"better":"A","reason":""}' };
  world.gate = { hold: null, slowMs: 0, most: 0 };
  const url = await startUpstream(t, world);
  world.config = configOf(more, { url });
  const instance = await openUnrecorded(world.config);
  t.after(() => instance.close());
  world.engine = instance.engine;
  world.canaries = new Canaries({
    note: (note) => void world.notes.push(note),
    warn: (sentence) => void world.warned.push(sentence),
    segmentsOf: () => ['tenant:acme'],
    onGraded: ({ id }) => void world.graded.push(id),
    nowMs: () => world.clock.nowMs,
    ...parts,
  });
  world.canaries.limit(BUDGET);
  world.rules = {
    canary: world.config.canary ?? assert.fail('no canaries'),
    tasks: world.config.tasks,
    engine: () => world.engine,
    isPrivate: feedbackRules(world.config).isPrivate,
    shareFor: () => null,
    ...rules,
  };
  world.take = (id, row, ended) =>
    world.canaries.take(world.rules, endedOf(rowOf(id, { usage: USAGE, ...row }), ended));
  return world;
}

async function startUpstream(t: TestContext, world: World): Promise<string> {
  let under = 0;
  const answer = async (body: string, response: ServerResponse): Promise<void> => {
    const { model } = JSON.parse(body) as { model: string };
    world.asked.push(model);
    world.gate.most = Math.max(world.gate.most, ++under);
    await (world.gate.hold ?? wait(world.gate.slowMs));
    under--;
    const text = world.says[model];
    if (text === undefined) return void response.writeHead(500).end('{"error":{"message":"down"}}');
    const message = { role: 'assistant', content: text };
    const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
    const reply = { id: 'x', model, choices: [{ index: 0, message, finish_reason: 'stop' }], usage };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => void answer(body, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

async function once(world: World, ...args: Parameters<World['take']>): Promise<Note | undefined> {
  world.take(...args);
  await world.canaries.idle();
  return world.notes.at(-1);
}

const verdict = (pass: boolean) => ({ gate: 'g', pass, score: null, reason: '', costNanoUsd: 0 });
const attempted = (pass: boolean) => [sampleAttempt({ model: 'cheap', verdicts: [verdict(pass)] })];
const spentOf = ({ canaries }: World): number => canaries.standing().spentNanoUsd;

describe('a canary', () => {
  test('is a second answer to the call, compared and noted with what it cost', async (t) => {
    const world = await start(t);
    const arm = { rollout: 'r', arm: 'base', percent: 20 } as const;
    assert.deepEqual(await once(world, 'c1', { arm, tenant: 'acme' }), {
      id: 'can_c1',
      kind: 'canary',
      atMs: NOON_MS,
      tenant: 'acme',
      task: 't',
      about: 'c1',
      costs: [{ model: 'strong', tier: 'frontier', provider: 'up', nanoUsd: ONE }],
      body: {
        model: 'cheap',
        reference: 'strong',
        how: 'accept',
        cheapScore: 1,
        referenceScore: 1,
        gap: 0,
        why: 'both say the same',
        arm,
        segments: ['tenant:acme'],
      },
    });
    assert.deepEqual([world.graded, spentOf(world)], [['can_c1'], ONE]);
    world.says['strong'] = 'sales';
    assert.equal((await once(world, 'c2'))?.body['gap'], -1);
  });

  test('is drawn by its share, or the one that a rollout wants', async (t) => {
    const world = await start(t, { more: 'canary: { share: 20% }' });
    const drawn = (rules: CanaryRules): number =>
      Array.from({ length: 500 }, (_, at) => endedOf(rowOf(`c${at}`))).filter(({ call, plan }) =>
        world.canaries.isWanted(rules, call, plan),
      ).length;
    const own = drawn(world.rules);
    assert.ok(own > 60 && own < 140, `${own} of 500`);
    assert.equal(drawn({ ...world.rules, shareFor: () => 1 }), 500);
    assert.equal(drawn({ ...world.rules, shareFor: () => 0 }), 0);
  });

  test('is none of an answer that was refused, has failed, is of the reference itself, or cannot be read', async (t) => {
    const world = await start(t);
    world.take('refused', { attempts: attempted(false) });
    world.take('failed', { status: 'error', model: null });
    world.take('partial', { status: 'partial' });
    world.take('own', { model: 'strong', attempts: [sampleAttempt({ model: 'strong' })] });
    world.take('unread', {}, { answer: () => null });
    world.take('other', { task: 'other' });
    world.take('none', { task: null });
    for (const other of [{ kind: 'embedding' }, { kind: 'chat', runsLater: true }]) {
      const ended = endedOf(rowOf('c'));
      const inbound = { runsLater: false, bytes: 10, ...other } as Inbound;
      world.canaries.take(world.rules, { ...ended, call: { ...ended.call, inbound } });
    }
    await world.canaries.idle();
    assert.deepEqual([world.asked, world.notes, world.warned], [[], [], []]);
  });

  test('of an answer that was refused and given all the same counts for a rollout alone', async (t) => {
    const accept = 'tasks: { t: { route: cheap, accept: [{ one_of: [bug, sales] }] } }';
    const world = await start(t, { more: `${CANARY}\n${accept}`, rules: { shareFor: () => 1 } });
    const note = await once(world, 'c1', { attempts: attempted(false) }, { answer: () => answerOf('What?') });
    assert.deepEqual([note?.body['gap'], note?.body['rolloutGap'], note?.body['how']], [null, -1, 'accept']);
    assert.deepEqual(world.graded, ['can_c1']);
  });

  test('that a judge grades is paid with the judge', async (t) => {
    const world = await startWithJudge(t);
    world.says['strong'] = 'Good morning to you';
    const note = await once(world, 'c1', {}, { answer: () => answerOf('Hi') });
    assert.deepEqual(
      note?.costs.map(({ model, nanoUsd }) => [model, nanoUsd]),
      [
        ['strong', ONE],
        ['judge', 12_000],
        ['judge', 12_000],
      ],
    );
    assert.equal(spentOf(world), ONE + 24_000);
    assert.equal(note?.body['how'], 'judge');
  });

  test('that nobody could compare is noted all the same, and tells no gap', async (t) => {
    const world = await startWithJudge(t);
    world.says['judge'] = 'No verdict.';
    world.says['strong'] = 'Good morning to you';
    const note = await once(world, 'c1', {}, { answer: () => answerOf('Hi') });
    assert.equal(note?.body['gap'], null);
    assert.match(textOf(note?.body['why']), /no verdict that can be read/);
    assert.deepEqual(world.graded, []);
  });
});

function startWithJudge(t: TestContext): Promise<World> {
  return start(t, { more: 'canary: { share: 100%, grade: judge, judge: { model: judge, rubric: Right. } }' });
}

describe('whoever breaks', () => {
  test('is told, and what was spent by then is noted', async (t) => {
    const world = await start(t);
    const ended = endedOf(rowOf('c1', { usage: USAGE }));
    const inbound = new Proxy(ended.call.inbound, {
      get: (target, name) =>
        name === 'neutral' ? assert.fail('it cannot be read') : Reflect.get(target, name, target),
    });
    world.canaries.take(world.rules, { ...ended, call: { ...ended.call, inbound } });
    await world.canaries.idle();
    const [note] = world.notes;
    assert.deepEqual(
      [note?.costs[0]?.nanoUsd, note?.body['gap'], note?.body['why']],
      [ONE, null, 'it broke: it cannot be read'],
    );
    assert.deepEqual([spentOf(world), world.canaries.standing().isUnknown], [ONE, false]);
    await once(world, 'c2');
    assert.equal(world.notes.length, 2, 'and the next one is drawn as ever');
  });

  test('while it is told of a gap does not make the cost unknown', async (t) => {
    const world = await start(t, { parts: { onGraded: () => assert.fail('broken') } });
    await once(world, 'c1');
    await once(world, 'c2');
    assert.deepEqual([world.notes.length, spentOf(world)], [2, 2 * ONE]);
    assert.deepEqual(world.warned, ['canaries: one failed: broken'], 'once an hour');
    assert.equal(world.canaries.standing().isUnknown, false);
  });

  test('before anything is spent has spent nothing', async (t) => {
    const world = await start(t, { parts: { segmentsOf: () => assert.fail('broken') } });
    assert.throws(() => world.take('c1'), /broken/);
    await world.canaries.idle();
    assert.deepEqual([world.asked, world.notes, spentOf(world)], [[], [], 0]);
  });

  test('at the provider is told, costs nothing and leaves no note', async (t) => {
    const world = await start(t);
    delete world.says['strong'];
    await once(world, 'c1');
    await once(world, 'c2');
    assert.deepEqual([world.notes, spentOf(world)], [[], 0]);
    assert.equal(world.warned.length, 1);
    assert.match(world.warned[0] ?? '', /^canaries: t: the reference gave no answer: /);
    world.clock.nowMs += HOUR_MS;
    await once(world, 'c3');
    assert.equal(world.warned.length, 2);
  });
});

describe('the budget', () => {
  test('begins nothing that might not fit: the first is taken to cost twice its price', async (t) => {
    const world = await start(t);
    world.canaries.limit(2 * ONE - 1);
    await once(world, 'c1');
    assert.deepEqual([world.asked, world.warned], [[], ['canaries: no more today: $0 of $0.00028 are spent']]);
    world.canaries.limit(2 * ONE);
    await once(world, 'c2');
    await once(world, 'c3');
    assert.equal(world.asked.length, 2, 'what they cost is known by now');
    await once(world, 'c4');
    assert.equal(world.asked.length, 2);
    world.clock.nowMs += 24 * HOUR_MS;
    await once(world, 'c5');
    assert.equal(world.asked.length, 3);
  });

  test('counts what is under way', async (t) => {
    const world = await start(t);
    world.canaries.limit(5 * ONE);
    for (let at = 0; at < 4; at++) world.take(`c${at}`);
    await world.canaries.idle();
    assert.equal(world.asked.length, 2, 'each of them is taken to cost twice its price');
  });

  test('is not spent on a request that is much longer than those before it', async (t) => {
    const world = await start(t);
    world.canaries.limit(10 * ONE);
    await once(world, 'c1');
    const usage = toUsage({ inputTokens: 1_000, outputTokens: 200 });
    await once(world, 'long', { usage });
    assert.equal(world.asked.length, 1);
  });

  test('knows nothing of what another reference would cost', async (t) => {
    const world = await start(t);
    world.canaries.limit(3 * ONE);
    const cheap = { share: 1, reference: 'other', grading: 'accept', usualGap: null, judge: null } as const;
    const rules = { ...world.rules, canary: { ...world.rules.canary, tasks: new Map([['t', cheap]]) } };
    const models = new Map(world.engine.policy.models).set('other', {
      ...(world.engine.policy.models.get('cheap') ?? assert.fail()),
      name: 'other',
    });
    const { engine } = world;
    world.says['cheap'] = 'bug';
    const { deploymentsOf } = engine.delivery;
    world.engine = {
      ...engine,
      policy: { ...engine.policy, models },
      delivery: { ...engine.delivery, deploymentsOf: (model) => deploymentsOf(model === 'other' ? 'cheap' : model) },
    };
    for (let at = 0; at < 3; at++) {
      world.canaries.take(rules, endedOf(rowOf(`o${at}`, { usage: USAGE })));
      await world.canaries.idle();
    }
    assert.deepEqual(world.asked, ['cheap', 'cheap', 'cheap']);
    world.canaries.limit(spentOf(world) + ONE);
    await once(world, 'c1');
    assert.equal(world.asked.length, 3, 'the first of this one is taken to cost twice its price');
  });

  test('cannot be kept without a price, which is told once an hour', async (t) => {
    const world = await start(t);
    const { engine } = world;
    const strong = engine.policy.models.get('strong') ?? assert.fail();
    const models = new Map(engine.policy.models).set('strong', { ...strong, priceOf: () => null });
    world.engine = { ...engine, policy: { ...engine.policy, models } };
    for (let at = 0; at < 3; at++) await once(world, `c${at}`);
    world.clock.nowMs += HOUR_MS;
    await once(world, 'later');
    const said = 'canaries: what strong costs is not known, and without that no budget can be kept; t has none';
    assert.deepEqual([world.asked, world.warned], [[], [said, said]]);
    await once(world, 'unused', { usage: null });
    assert.equal(world.asked.length, 0);
  });

  test('ends for the day with a cost that nobody knows', async (t) => {
    const world = await start(t);
    world.canaries.remember({
      id: 'x',
      atMs: NOON_MS,
      costs: [{ model: 'm', tier: null, provider: null, nanoUsd: null }],
    });
    await once(world, 'c1');
    assert.deepEqual(
      [world.asked, world.warned],
      [[], ['canaries: no more today: what one of them cost is not known']],
    );
    world.clock.nowMs += 24 * HOUR_MS;
    await once(world, 'c2');
    assert.equal(world.asked.length, 1);
  });

  test('counts what other processes have spent today, and its own once', async (t) => {
    const world = await start(t);
    const costs = [{ model: 'strong', tier: null, provider: null, nanoUsd: 1_000 }];
    world.canaries.remember({ id: 'can_other', atMs: NOON_MS, costs });
    world.canaries.remember({ id: 'can_old', atMs: NOON_MS - 24 * HOUR_MS, costs });
    const own = (await once(world, 'c1')) ?? assert.fail();
    world.canaries.remember(own);
    assert.equal(spentOf(world), 1_000 + ONE);
  });
});

describe('memory and time', () => {
  test('no more are under way than is allowed, and the others wait for their turn', async (t) => {
    const world = await start(t, { parts: { concurrency: 2 } });
    world.gate.slowMs = 20;
    for (let at = 0; at < 9; at++) world.take(`c${at}`);
    await world.canaries.idle();
    assert.deepEqual([world.gate.most, world.notes.length], [2, 9]);
  });

  test('no more wait than is allowed, which is told once', async (t) => {
    const world = await start(t, { parts: { concurrency: 1 } });
    let release = (): void => {};
    world.gate.hold = new Promise((resolve) => (release = resolve));
    for (let at = 0; at < 300; at++) world.take(`c${at}`);
    assert.deepEqual(world.warned, ['canaries: 256 are waiting; some calls are not answered again']);
    release();
    await world.canaries.idle();
    assert.equal(world.notes.length, 257);
  });

  test('of large requests even fewer wait', async (t) => {
    const world = await start(t, { parts: { concurrency: 1 } });
    let release = (): void => {};
    world.gate.hold = new Promise((resolve) => (release = resolve));
    const text = 'x'.repeat(10 * 1024 * 1024);
    for (let at = 0; at < 12; at++) world.take(`c${at}`, {}, { text });
    assert.equal(world.warned.length, 1);
    assert.match(world.warned[0] ?? '', /^canaries: 6 are waiting/);
    world.take('small');
    release();
    await world.canaries.close(0);
  });

  test('closing begins nothing more, and gives up what is under way, its cost noted', async (t) => {
    const world = await start(t, { parts: { concurrency: 1 } });
    world.gate.hold = new Promise(() => undefined);
    for (let at = 0; at < 3; at++) world.take(`c${at}`);
    while (world.asked.length === 0) await wait(5);
    const startedAt = performance.now();
    await world.canaries.close(20);
    assert.ok(performance.now() - startedAt < 5_000);
    const [note, ...more] = world.notes;
    assert.deepEqual([note?.about, more], ['c0', []]);
    assert.match(textOf(note?.body['why']), /^the reference gave no answer/);
    const cost = note?.costs[0]?.nanoUsd ?? 0;
    assert.ok(cost > 0, 'what was sent is paid');
    assert.equal(spentOf(world), cost);
    world.take('after');
    await turn();
    assert.equal(world.asked.length, 1);
  });

  test('closing waits a little for what is nearly there', async (t) => {
    const world = await start(t);
    world.gate.hold = wait(50);
    world.take('c1');
    await world.canaries.close(5_000);
    assert.equal(world.notes[0]?.body['gap'], 0);
  });
});

describe('a person', () => {
  const PERSON = 'canary: { share: 100%, grade: person }';

  test('is kept both answers and the end of the conversation, masked', async (t) => {
    const world = await start(t, { more: PERSON });
    world.says['strong'] = 'Write to jane@example.com';
    const answer = () => answerOf('Write to joe@example.com');
    const { body } = (await once(world, 'c1', {}, { text: 'Whom, at ann@example.com?', answer })) ?? assert.fail();
    assert.deepEqual(
      [body['answers'], body['turns'], body['gap'], body['why']],
      [
        { cheap: 'Write to <email-2>', reference: 'Write to <email-3>' },
        [{ role: 'user', text: 'Whom, at <email-1>?' }],
        null,
        'waits for a person',
      ],
    );
    assert.deepEqual(world.graded, []);
  });

  test('is kept it unmasked where the configuration says so, and never without bounds', async (t) => {
    const world = await start(t, { more: PERSON.replace('person', 'person, mask: false') });
    const answer = () => ({
      ...answerOf('joe@example.com'),
      toolCalls: [{ id: '1', name: 'send', arguments: '{}' }],
    });
    const { body } = (await once(world, 'c1', {}, { text: 'y'.repeat(50_000), answer })) ?? assert.fail();
    assert.deepEqual(body['answers'], { cheap: 'joe@example.com\n[calls send {}]', reference: 'bug' });
    assert.equal((body['turns'] as { text: string }[])[0]?.text.length, 20_000);
    const messages = Array.from({ length: 20 }, (_, at) => ({
      role: at % 2 === 0 ? 'user' : 'assistant',
      content: `${at}`,
    }));
    const long = endedOf(rowOf('c2', { usage: USAGE }));
    const inbound = Inbound.read(openaiChat, Buffer.from(JSON.stringify({ model: 'auto', messages })), 64);
    world.canaries.take(world.rules, { ...long, call: { ...long.call, inbound } });
    await world.canaries.idle();
    const turns = world.notes.at(-1)?.body['turns'];
    assert.equal(Array.isArray(turns) ? turns.length : 0, 6);
  });

  test('is kept nothing of whom nothing may be kept, and they are not answered again', async (t) => {
    const world = await start(t, { more: `${PERSON}\ntenants: { acme: { private: true } }` });
    await once(world, 'c1', { tenant: 'acme' });
    assert.deepEqual([world.asked, world.notes], [[], []]);
    await once(world, 'c2', { tenant: 'other' });
    assert.equal(world.notes.length, 1);
  });

  test('is not kept what another grading needs not', async (t) => {
    const world = await start(t);
    const { body } = (await once(world, 'c1')) ?? assert.fail();
    assert.deepEqual([body['answers'], body['turns']], [undefined, undefined]);
  });
});
