import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Arm, ArmName } from '../call/arm.ts';
import type { RolloutConfig } from '../config/rollout-config.ts';
import type { Alarm } from '../watch/alarm.ts';
import { observation } from '../watch/drift/observation.fixture.ts';
import type { Observation } from '../watch/observation.ts';
import { appendEvent, type RolloutEvent, readEvents } from '../watch/rollout/events.ts';
import type { Evidence } from '../watch/rollout/evidence.ts';
import { fold } from '../watch/rollout/rollout-state.ts';
import { isKept } from './kept-evidence.ts';
import { Rollouts } from './rollouts.ts';
import { configOf, NOON_MS } from './watched.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'tierline-rollouts-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const configsOf = (rollouts: string): ReadonlyMap<string, RolloutConfig> =>
  configOf(`
canary: { share: 1% }
tasks: { t: { route: cheap }, u: { route: cheap } }
rollouts: ${rollouts}`).rollouts;

const RULES = 'steps: [20, 60, 100], min_calls: 3, min_canaries: 3, max_loss: 50';
const ONE = configsOf(`{ t: { candidate: strong, ${RULES} } }`);
const TWO = configsOf(`{ t: { candidate: strong, ${RULES} }, u: { candidate: strong, ${RULES} } }`);

/** A process over a file of events. */
class Gateway {
  readonly path: string;
  readonly raised: Alarm[] = [];
  readonly warned: string[] = [];
  readonly finished: string[] = [];
  readonly rollouts: Rollouts;
  frozen: string | null = null;
  isFull = false;
  nowMs: number;

  constructor({ path = join(folder, `events-${++files}.jsonl`), nowMs = NOON_MS, configs = ONE } = {}) {
    this.path = path;
    this.nowMs = nowMs;
    this.rollouts = new Rollouts({
      path,
      warn: (sentence) => void this.warned.push(sentence),
      raise: (alarm) => void this.raised.push(alarm),
      frozenBy: () => this.frozen,
      onFinished: (task) => void this.finished.push(task),
      nowMs: () => this.nowMs,
      append: (file, event) => {
        if (this.isFull) throw new Error('ENOSPC');
        appendEvent(file, event);
      },
    });
    this.rollouts.under(configs);
  }

  /** The next process, a second later. Its predecessor is killed: what it had not written is lost. */
  next(kept?: unknown, configs = ONE): Gateway {
    const next = new Gateway({ path: this.path, nowMs: this.nowMs + 1_000, configs });
    if (kept !== undefined) next.rollouts.restore(JSON.parse(JSON.stringify(kept)));
    return next;
  }

  events(task = 't'): string[] {
    return readEvents(this.path)
      .filter((event) => event.task === task)
      .map(({ event, percent }) => `${event} ${percent}`);
  }

  arm(name: ArmName, task = 't'): Arm {
    const running = this.rollouts.rolloutOf(task) ?? assert.fail('no rollout runs');
    return { ...running, arm: name };
  }

  call(name: ArmName, more: Partial<Observation> = {}): void {
    const task = more.task ?? 't';
    this.nowMs += 10;
    const own = { atMs: this.nowMs - 5, latencyMs: 5, isPassed: null, arm: this.arm(name, task) };
    this.rollouts.take(observation(this.nowMs, { task, ...own, ...more }));
  }

  /** So many calls of both arms, each with a canary. */
  work(count: number, { candidate = 0, task = 't' }: { candidate?: number; task?: string } = {}): void {
    for (let at = 0; at < count && this.rollouts.rolloutOf(task) !== null; at++)
      for (const name of ['base', 'candidate'] as const) {
        if (this.rollouts.rolloutOf(task) === null) return;
        const arm = this.arm(name, task);
        this.call(name, { task });
        this.rollouts.takeGap(arm, task, { gap: name === 'base' ? 0 : candidate, atMs: this.nowMs });
      }
  }

  evidence(task = 't'): Evidence {
    return this.rollouts.snapshot()[task]?.evidence ?? assert.fail('nothing is known');
  }

  /** What a person does, as the command line does it. */
  person(event: Exclude<RolloutEvent['event'], 'started'>, percent: number): void {
    const { task, rollout } = fold(readEvents(this.path)).get('t') ?? assert.fail('no rollout');
    const at = new Date(this.nowMs).toISOString();
    appendEvent(this.path, { at, task, rollout, percent, by: 'person', why: 'Ann says so.', event });
  }
}

describe('a start', () => {
  test('begins what is new, once, and tells it', () => {
    const gateway = new Gateway();
    assert.deepEqual(gateway.events(), ['started 20']);
    const [event] = readEvents(gateway.path);
    assert.deepEqual(gateway.rollouts.rolloutOf('t'), { rollout: event?.rollout, percent: 20 });
    assert.equal(gateway.rollouts.rolloutOf('u'), null);
    gateway.rollouts.under(ONE);
    assert.deepEqual(gateway.events(), ['started 20']);
    assert.deepEqual(
      gateway.raised.map(({ sentence, rule, isEvent }) => [sentence, rule, isEvent]),
      [['t: rollout has begun. The candidate is new.', 'rollout', true]],
    );
  });

  test('without rollouts in the configuration no file is looked for', () => {
    const gateway = new Gateway({ configs: new Map() });
    gateway.rollouts.refresh();
    assert.throws(() => readFileSync(gateway.path), /ENOENT/);
    assert.equal(gateway.rollouts.rolloutOf('t'), null);
  });

  test('another candidate is another rollout, from the first step', () => {
    const gateway = new Gateway();
    gateway.work(40);
    assert.ok(gateway.events().length > 1);
    gateway.nowMs += 1_000;
    gateway.rollouts.under(configsOf(`{ t: { candidate: { model: strong, fallback: cheap }, ${RULES} } }`));
    assert.equal(gateway.events().at(-1), 'started 20');
    assert.equal(gateway.rollouts.rolloutOf('t')?.percent, 20);
    gateway.call('base');
    assert.equal(gateway.evidence().calls.base, 1, 'and knows nothing of the one before');
  });

  test('a task whose rollout was taken out has its own route', () => {
    const gateway = new Gateway({ configs: TWO });
    gateway.rollouts.under(configsOf(`{ u: { candidate: strong, ${RULES} } }`));
    assert.equal(gateway.rollouts.rolloutOf('t'), null);
    assert.notEqual(gateway.rollouts.rolloutOf('u'), null);
  });
});

describe('steps', () => {
  test('are taken one after the other as the evidence allows, until everybody is on the candidate', () => {
    const gateway = new Gateway();
    gateway.work(200);
    assert.deepEqual(gateway.events(), ['started 20', 'step 60', 'finished 100']);
    assert.deepEqual(gateway.finished, ['t']);
    assert.deepEqual(gateway.rollouts.rolloutOf('t')?.percent, 100);
    assert.ok(readEvents(gateway.path).at(-1)?.evidence !== undefined, 'with what was known');
    const sentences = gateway.raised.map(({ sentence }) => sentence.split('. ')[0]);
    assert.deepEqual(sentences, [
      't: rollout has begun',
      't: rollout goes on to 60 %',
      't: rollout has reached everybody',
    ]);
  });

  test('what has to have come in a step is counted from its beginning, and nothing else is forgotten', () => {
    const gateway = new Gateway();
    while (gateway.events().length === 1) gateway.work(1);
    const { calls, before } = gateway.evidence();
    assert.ok(calls.base > 3 && before.calls.base === calls.base && before.calls.candidate === calls.candidate);
  });

  test('a worse candidate is rolled back, and not tried again until it is changed', () => {
    const gateway = new Gateway();
    gateway.work(200, { candidate: -1 });
    assert.deepEqual(gateway.events(), ['started 20', 'rolled_back 0']);
    assert.equal(gateway.raised.at(-1)?.severity, 'critical');
    assert.equal(gateway.rollouts.rolloutOf('t'), null);
    gateway.rollouts.under(ONE);
    const next = gateway.next();
    assert.deepEqual(next.events(), ['started 20', 'rolled_back 0']);
    next.rollouts.under(configsOf(`{ t: { candidate: { tier: frontier }, ${RULES} } }`));
    assert.equal(next.events().at(-1), 'started 20');
  });

  test('calls of another rollout, of none and of none of the tasks count for nothing', () => {
    const gateway = new Gateway();
    const arm = gateway.arm('candidate');
    gateway.call('base', { arm: null });
    gateway.call('base', { arm: { ...arm, rollout: 'another' } });
    gateway.rollouts.takeGap({ ...arm, rollout: 'another' }, 't', { gap: -1, atMs: NOON_MS });
    gateway.rollouts.takeGap(arm, 'u', { gap: -1, atMs: NOON_MS });
    assert.deepEqual(gateway.rollouts.snapshot(), {});
  });

  test('rules that are changed throw away what was gathered under the others', () => {
    const gateway = new Gateway();
    for (let at = 0; at < 5; at++) gateway.call('base');
    gateway.rollouts.under(configsOf(`{ t: { candidate: strong, ${RULES.replace('50', '40')} } }`));
    gateway.call('base');
    assert.deepEqual([gateway.events(), gateway.evidence().calls.base], [['started 20'], 1]);
  });

  test('a share that is no step is left to whoever set it', () => {
    const gateway = new Gateway();
    gateway.person('step', 33);
    gateway.rollouts.refresh();
    gateway.work(100, { candidate: -1 });
    assert.deepEqual(gateway.events(), ['started 20', 'step 33']);
  });
});

describe('looking at a step', () => {
  /** By errors alone, which are looked at every 20 calls. */
  const fail = (gateway: Gateway, task: string): void => {
    gateway.call('candidate', { task, isFailed: true });
  };

  test('is not forgotten for a task because another one has canaries all the time', () => {
    const gateway = new Gateway({ configs: TWO });
    for (let round = 0; round < 200 && gateway.events('u').length === 1; round++) {
      gateway.call('base', { task: 'u' });
      fail(gateway, 'u');
      const arm = gateway.arm('base');
      gateway.rollouts.takeGap(arm, 't', { gap: 0, atMs: gateway.nowMs });
    }
    assert.deepEqual(gateway.events('u'), ['started 20', 'rolled_back 0']);
  });

  test('is not left to chance where the calls of two tasks come in turns', () => {
    const gateway = new Gateway({ configs: TWO });
    for (let round = 0; round < 200; round++)
      for (const task of ['t', 'u'])
        if (gateway.events(task).length === 1) {
          gateway.call('base', { task });
          fail(gateway, task);
        }
    for (const task of ['t', 'u']) assert.equal(gateway.events(task).at(-1), 'rolled_back 0', task);
  });
});

describe('a freeze', () => {
  test('holds promotions as long as it stands, and never a way back', () => {
    const gateway = new Gateway();
    gateway.frozen = 't: it is worse.';
    gateway.work(100);
    assert.deepEqual(gateway.events(), ['started 20']);
    gateway.frozen = null;
    gateway.work(1);
    assert.equal(gateway.events().at(-1), 'step 60');
    gateway.frozen = 't: it is worse.';
    gateway.work(300, { candidate: -1 });
    assert.equal(gateway.events().at(-1), 'rolled_back 0');
  });
});

describe('approval', () => {
  const ASK = configsOf(`{ t: { candidate: strong, ${RULES}, approval: ask } }`);

  test('is waited for, and told once', () => {
    const gateway = new Gateway({ configs: ASK });
    gateway.work(200);
    assert.deepEqual(gateway.events(), ['started 20', 'held 20']);
    assert.match(gateway.raised.at(-1)?.sentence ?? '', /^t: rollout waits for approval\. On to 60 %/);
    gateway.person('approved', 60);
    gateway.rollouts.refresh();
    assert.equal(gateway.rollouts.rolloutOf('t')?.percent, 60);
    gateway.work(5);
    assert.equal(gateway.events().at(-1), 'held 60');
  });

  test('is waited for after a restart too, and the step is not begun anew by that', () => {
    const gateway = new Gateway({ configs: ASK });
    gateway.work(100);
    gateway.person('approved', 60);
    gateway.rollouts.refresh();
    gateway.work(100);
    assert.equal(gateway.events().at(-1), 'held 60');
    const { before } = gateway.evidence();
    for (const kept of [undefined, gateway.rollouts.snapshot()]) {
      const next = gateway.next(kept, ASK);
      assert.deepEqual(next.evidence().before, before);
      assert.equal(next.rollouts.rolloutOf('t')?.percent, 60);
      next.work(5);
      assert.deepEqual(next.events().slice(-1), ['held 60']);
    }
  });

  test('is not needed for the way back', () => {
    const gateway = new Gateway({ configs: ASK });
    gateway.work(100);
    gateway.work(400, { candidate: -1 });
    assert.equal(gateway.events().at(-1), 'rolled_back 0');
  });
});

describe('the share that is graded', () => {
  test('is as configured on the candidate, and of the base as many answers', () => {
    const gateway = new Gateway({ configs: configsOf(`{ t: { candidate: strong, ${RULES}, canary_share: 40% } }`) });
    assert.equal(gateway.rollouts.shareOf(gateway.arm('candidate'), 't'), 0.4);
    assert.equal(gateway.rollouts.shareOf(gateway.arm('base'), 't'), 0.1);
    gateway.person('step', 60);
    gateway.rollouts.refresh();
    assert.ok(Math.abs((gateway.rollouts.shareOf(gateway.arm('base'), 't') ?? 0) - 0.6) < 1e-9);
    const { rollout } = gateway.arm('base');
    assert.equal(gateway.rollouts.shareOf({ rollout, arm: 'base', percent: 90 }, 't'), 1, 'never more than all');
  });

  test('is none where nothing is compared', () => {
    const gateway = new Gateway();
    const arm = gateway.arm('candidate');
    assert.equal(gateway.rollouts.shareOf({ ...arm, percent: 100 }, 't'), null);
    assert.equal(gateway.rollouts.shareOf({ ...arm, rollout: 'another' }, 't'), null);
    assert.equal(gateway.rollouts.shareOf(arm, 'u'), null);
  });
});

describe('after a kill', () => {
  test('a rollout goes on in the step it was in, with what was kept of it', () => {
    const gateway = new Gateway();
    gateway.work(2);
    const kept = gateway.rollouts.snapshot();
    const next = gateway.next(kept);
    assert.deepEqual(next.rollouts.rolloutOf('t'), gateway.rollouts.rolloutOf('t'));
    assert.deepEqual([next.events(), next.raised], [['started 20'], []]);
    assert.deepEqual(next.rollouts.snapshot(), JSON.parse(JSON.stringify(kept)));
    next.work(200);
    assert.deepEqual(next.events(), ['started 20', 'step 60', 'finished 100']);
  });

  test('what was kept counts for the same rollout and the same rules only', () => {
    const gateway = new Gateway();
    for (let at = 0; at < 5; at++) gateway.call('base');
    const { t: own } = gateway.rollouts.snapshot();
    const callsAfter = (kept: unknown, configs = ONE): number => {
      const next = gateway.next(kept, configs);
      next.call('base');
      return next.evidence().calls.base;
    };
    assert.equal(callsAfter({ t: own }), 6);
    assert.equal(callsAfter({ t: { ...own, rollout: 'another' } }), 1);
    assert.equal(callsAfter({ u: own }), 1);
    assert.equal(callsAfter({ t: own }, configsOf(`{ t: { candidate: strong, ${RULES.replace('50', '40')} } }`)), 1);
    for (const broken of [
      null,
      'x',
      { t: null },
      { t: { ...own, step: 'first' } },
      { t: { ...own, evidence: { gaps: 1 } } },
    ])
      assert.equal(callsAfter(broken), 1, JSON.stringify(broken));
  });

  test('a move by a person while nobody was there begins the step anew', () => {
    const gateway = new Gateway();
    gateway.frozen = 'no step by itself';
    gateway.work(50);
    const kept = gateway.rollouts.snapshot();
    gateway.person('step', 60);
    const next = gateway.next(kept);
    assert.deepEqual(next.evidence().before.calls, { base: 50, candidate: 50 });
    next.work(2);
    assert.equal(next.rollouts.rolloutOf('t')?.percent, 60, 'three calls of this step are not there yet');
    next.work(3);
    assert.equal(next.events().at(-1), 'finished 100');
  });

  test('a step that was taken after the state was kept is known by its event, and the calls before it are not counted twice', () => {
    const gateway = new Gateway();
    const calls: Observation[] = [];
    const gaps: { arm: Arm; atMs: number }[] = [];
    for (let at = 0; at < 400 && gateway.events().length < 2; at++)
      for (const name of ['base', 'candidate'] as const) {
        if (gateway.events().length > 1) break;
        const arm = gateway.arm(name);
        gateway.nowMs += 10;
        calls.push(observation(at, { task: 't', atMs: gateway.nowMs - 8, latencyMs: 5, isPassed: null, arm }));
        gateway.rollouts.take(calls.at(-1) as Observation);
        gateway.nowMs += 2;
        gaps.push({ arm, atMs: gateway.nowMs });
        gateway.rollouts.takeGap(arm, 't', { gap: 0, atMs: gateway.nowMs });
      }
    const known = gateway.evidence();
    // The ledger tells of all of them again, for nothing was kept.
    const next = gateway.next();
    for (const call of calls) next.rollouts.take(call);
    for (const { arm, atMs } of gaps) next.rollouts.takeGap(arm, 't', { gap: 0, atMs });
    assert.deepEqual(next.evidence().calls, known.calls);
    assert.deepEqual(next.evidence().canaries, known.canaries);
    assert.equal(next.rollouts.rolloutOf('t')?.percent, 60);
    next.call('base');
    assert.equal(next.evidence().calls.base, known.calls.base + 1, 'and those after it are');
  });
});

describe('several processes', () => {
  test('hear of the steps of each other, and of people', () => {
    const one = new Gateway();
    const other = one.next();
    one.work(200);
    other.rollouts.refresh();
    assert.equal(other.rollouts.rolloutOf('t')?.percent, 100);
    assert.deepEqual([other.events().length, other.raised], [3, []]);
    const third = new Gateway();
    third.person('aborted', 0);
    assert.notEqual(third.rollouts.rolloutOf('t'), null);
    third.rollouts.refresh();
    assert.equal(third.rollouts.rolloutOf('t'), null);
    third.rollouts.under(ONE);
    assert.deepEqual(third.events(), ['started 20', 'aborted 0'], 'what a person has ended stays ended');
  });

  test('do not move on what another has ended', () => {
    const one = new Gateway();
    const other = one.next();
    one.work(200, { candidate: -1 });
    other.work(200);
    assert.equal(fold(readEvents(one.path)).get('t')?.status, 'rolled_back');
    other.rollouts.refresh();
    assert.equal(other.rollouts.rolloutOf('t'), null);
  });
});

describe('a file of events', () => {
  const RUINED = '{"not":"an event"}\n';

  test('that cannot be read is told once, and nothing is started or moved beside it', () => {
    const gateway = new Gateway();
    gateway.work(200, { candidate: -1 });
    const whole = readFileSync(gateway.path, 'utf8');
    writeFileSync(gateway.path, whole + RUINED);
    const next = gateway.next();
    for (let at = 0; at < 3; at++) next.rollouts.refresh();
    assert.equal(next.rollouts.rolloutOf('t'), null);
    assert.equal(readFileSync(next.path, 'utf8'), whole + RUINED, 'not a byte is written');
    assert.equal(next.warned.length, 1);
    assert.match(next.warned[0] ?? '', /line 3 cannot be read/);
    writeFileSync(gateway.path, whole);
    next.rollouts.refresh();
    assert.deepEqual(next.events(), ['started 20', 'rolled_back 0'], 'what had ended does not begin again');
  });

  test('that was ruined while the rollout runs keeps everybody where they are, and is gone on with when it is mended', () => {
    const gateway = new Gateway();
    gateway.work(2);
    const whole = readFileSync(gateway.path, 'utf8');
    appendFileSync(gateway.path, RUINED);
    gateway.rollouts.refresh();
    gateway.work(100);
    assert.equal(gateway.rollouts.rolloutOf('t')?.percent, 20);
    assert.equal(readFileSync(gateway.path, 'utf8'), whole + RUINED);
    // Of the same length as before.
    writeFileSync(gateway.path, whole + '\n'.repeat(RUINED.length));
    gateway.nowMs += 1_000;
    gateway.rollouts.refresh();
    gateway.work(1);
    assert.deepEqual(gateway.events(), ['started 20', 'step 60']);
  });

  test('what is new is started once it can be read', () => {
    const path = join(folder, `events-${++files}.jsonl`);
    writeFileSync(path, RUINED);
    const gateway = new Gateway({ path });
    assert.equal(gateway.rollouts.rolloutOf('t'), null);
    writeFileSync(path, '\n');
    gateway.rollouts.refresh();
    assert.deepEqual(gateway.events(), ['started 20']);
  });

  test('that cannot be written is told once, and nothing holds that is not on the disk', () => {
    const gateway = new Gateway();
    gateway.isFull = true;
    gateway.work(100);
    assert.equal(gateway.rollouts.rolloutOf('t')?.percent, 20);
    assert.deepEqual([gateway.warned, gateway.raised.length], [['rollouts: ENOSPC'], 1]);
    gateway.isFull = false;
    gateway.work(1);
    assert.equal(gateway.rollouts.rolloutOf('t')?.percent, 60);
  });

  test('that cannot be written keeps nobody on a worse candidate, and has its end as soon as it can be', () => {
    const gateway = new Gateway();
    gateway.isFull = true;
    gateway.work(200, { candidate: -1 });
    assert.deepEqual(
      [gateway.rollouts.rolloutOf('t'), gateway.events(), gateway.raised.length],
      [null, ['started 20'], 1],
    );
    gateway.rollouts.refresh();
    gateway.isFull = false;
    gateway.rollouts.refresh();
    gateway.rollouts.refresh();
    assert.deepEqual(gateway.events(), ['started 20', 'rolled_back 0']);
    assert.equal(gateway.raised.at(-1)?.severity, 'critical');
  });

  test('that is a folder starts nothing and breaks nothing', () => {
    const path = join(folder, `events-${++files}.jsonl`);
    mkdirSync(path);
    const gateway = new Gateway({ path });
    assert.equal(gateway.rollouts.rolloutOf('t'), null);
    assert.match(gateway.warned.join(), /EISDIR/);
  });

  test('evidence in it that is none is left alone', () => {
    const gateway = new Gateway();
    const { rollout } = gateway.arm('base');
    const at = new Date(gateway.nowMs).toISOString();
    const evidence = { calls: 'many' } as unknown as Evidence;
    const why = 'By hand.';
    appendEvent(gateway.path, { at, task: 't', rollout, percent: 60, by: 'person', why, event: 'step', evidence });
    const next = gateway.next();
    next.call('base');
    assert.equal(next.evidence().calls.base, 1);
  });
});

test('what was kept is told from what was not', () => {
  const gateway = new Gateway();
  gateway.call('base');
  const { t: own } = JSON.parse(JSON.stringify(gateway.rollouts.snapshot())) as Record<string, object>;
  assert.equal(isKept(own), true);
  for (const value of [null, [], 'x', {}, { ...own, rules: 1 }, { ...own, evidence: {} }])
    assert.equal(isKept(value), false);
});
