import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { textOf } from '../call/json.ts';
import type { Note } from '../call/note.ts';
import type { CallRow } from '../call/row.ts';
import type { Config } from '../config/config.ts';
import { sampleAttempt } from '../ledger/sample-row.test.ts';
import type { Engine } from '../router.ts';
import { appendEvent } from '../watch/rollout/events.ts';
import { rolloutEventsPath } from '../watch/rollout/places.ts';
import { canaryOf, configOf, HOUR_MS, NOON_MS, noteOf, rowOf, wordOf } from './watched.fixture.ts';
import { createPlace, Process, SILENT } from './watching.fixture.ts';

const CANARY = 'canary: { share: 1%, budget_usd: 1 }';
const ACTING = `${CANARY}\nwatch: { actions: { freeze_rollouts: true, bypass: 1h } }`;
const ENGINE = { policy: { models: new Map() } } as unknown as Engine;

const start = (t: TestContext, config: Config = configOf(ACTING)): Process => new Process(createPlace(t), config);
const next = ({ place }: Process, config: Config = configOf(ACTING)): Process => new Process(place, config);

let grades = 0;
const gradeOf = (better: string, more: Partial<Note> = {}): Note =>
  noteOf({ kind: 'grade', about: `can_person_${++grades}`, body: { better, by: 'ann' }, ...more });

/** So many canaries that a person finds worse than the reference. */
function grade({ watching }: Process, count: number, better = 'reference'): void {
  for (let at = 0; at < count; at++) watching.heard(gradeOf(better));
}

const actionsOf = ({ place }: Process): unknown[] =>
  place.ledger.notes.flatMap(({ kind, body }) => (kind === 'action' ? [body['action']] : []));
const alertsOf = ({ place }: Process): string[] =>
  place.ledger.notes.flatMap(({ kind, body }) =>
    kind === 'alert' && body['isEvent'] !== true ? [`${textOf(body['state'])} ${textOf(body['key'])}`] : [],
  );

/** Row by row, so that what is usual is learned and then departed from. */
function rows(from: number, count: number, more: (at: number) => Partial<CallRow> = () => ({})): CallRow[] {
  return Array.from({ length: count }, (_, index) => {
    const at = from + index;
    return rowOf(`c${at}`, { atMs: NOON_MS - 10 * HOUR_MS + at * 1000, ...more(at) });
  });
}

const verdictOf = (pass: boolean) => ({ gate: 'g', pass, score: null, reason: '', costNanoUsd: 0 });
const judged = (pass: boolean): Partial<CallRow> => ({
  attempts: [sampleAttempt({ model: 'cheap', provider: 'up', upstreamModel: 'cheap', verdicts: [verdictOf(pass)] })],
});

describe('what is watched', () => {
  const isWatched = (more: string): boolean => {
    const config = configOf(more);
    return new Process(createPlace({ after: () => undefined }), config).afterwards !== null;
  };

  test('is nothing without tasks, or where nothing is looked for', () => {
    assert.equal(isWatched(''), true);
    assert.equal(isWatched('watch: { drift: false }'), false);
    assert.equal(isWatched(`watch: { drift: false }\n${CANARY}`), true);
    assert.equal(isWatched(`watch: { drift: false }\n${CANARY}\nrollouts: { t: { candidate: strong } }`), true);
    assert.equal(isWatched('tasks: {}'), false);
  });

  test('without canaries no stream is read along', (t) => {
    const process = start(t, configOf());
    const { call, plan } = { call: {} as never, plan: {} as never };
    assert.equal(process.afterwards?.wantsAnswer(call, plan), false);
  });

  test('a call of no task is left alone', async (t) => {
    const process = start(t);
    await process.take(rowOf('c1', { task: null }));
    assert.deepEqual(process.watching.state().seen.calls.list(), []);
  });

  test('a call counts once, and what breaks in it is told and touches nobody', async (t) => {
    const process = start(t);
    const row = rowOf('c1');
    await process.take(row);
    await process.take(row);
    assert.deepEqual(process.watching.state().seen.calls.list(), ['c1']);
    await process.take(rowOf('c2', { planned: null as never }));
    assert.match(process.warned.join(), /^watching a call failed: /);
    await process.take(rowOf('c3'));
    assert.equal(process.warned.length, 1);
  });

  test('a question that comes again is noted as a sign, and none of its words', async (t) => {
    const process = start(t);
    const ask = (id: string, atMs: number) =>
      process.take(rowOf(id, { atMs, session: 's', latencyMs: 10 }), { client: SILENT } as never);
    await ask('c1', NOON_MS);
    await ask('c2', NOON_MS + 1_000);
    const [sign] = process.place.ledger.notes.filter(({ kind }) => kind === 'feedback');
    assert.deepEqual([sign?.about, sign?.body['what']], ['c1', 'retried']);
    assert.doesNotMatch(JSON.stringify(process.place.ledger.notes), /Which/);
  });

  test('a ledger that keeps no note breaks nothing', async (t) => {
    const place = createPlace(t);
    const process = new Process(place, configOf(ACTING));
    place.ledger.note = () => assert.fail('no space');
    grade(process, 60);
    assert.deepEqual(process.standing(), ['gap/t']);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(process.warned.at(-1), 'watching: a note was not kept: no space');
  });
});

describe('a gap', () => {
  test('is told, noted, acted upon, and seen in the metrics', async (t) => {
    const process = start(t);
    await process.take(rowOf('c1'));
    grade(process, 60);
    assert.deepEqual(process.standing(), ['gap/t']);
    assert.deepEqual([alertsOf(process), actionsOf(process)], [['raised gap/t'], ['bypass']]);
    assert.deepEqual([...(process.watching.bypassOf('t')?.models.keys() ?? [])], ['cheap']);
    assert.equal(process.watching.bypassOf('t')?.instead, 'strong');
    assert.match(process.watching.metrics(), /tierline_alert_active\{rule="canary_gap",task="t"/);
  });

  test('is known from the notes of thirty days, and no longer', (t) => {
    const place = createPlace(t);
    for (let at = 0; at < 60; at++) place.ledger.note(canaryOf(-1, { atMs: NOON_MS - 29 * 24 * HOUR_MS }));
    const process = new Process(place, configOf(ACTING));
    grade(process, 1, 'tie');
    assert.deepEqual(process.standing(), ['gap/t']);
    place.clock.nowMs += 2 * 24 * HOUR_MS;
    const later = new Process(place, configOf(ACTING));
    grade(later, 1);
    assert.deepEqual(later.standing(), []);
  });

  test('that was accepted is not told again, by this process or the next one', (t) => {
    const process = start(t);
    const { ledger, clock } = process.place;
    for (let at = 0; at < 60; at++) ledger.note(canaryOf(-1, { atMs: NOON_MS }));
    const second = next(process);
    grade(second, 1);
    assert.deepEqual(second.standing(), ['gap/t']);
    clock.nowMs += 1_000;
    const word = wordOf('accept', { atMs: clock.nowMs });
    ledger.note(word);
    second.watching.heard(word);
    second.watching.heard(word);
    assert.deepEqual(second.standing(), []);
    assert.deepEqual(alertsOf(second), ['raised gap/t', 'recovered gap/t']);
    grade(second, 2);
    assert.deepEqual(second.standing(), []);
    second.keep();
    const third = next(second);
    grade(third, 2);
    assert.deepEqual(third.standing(), []);
  });

  test('of a candidate on trial is left to its rollout, and takes no model from the task', async (t) => {
    const process = start(t);
    const arm = { rollout: 'r', arm: 'candidate', percent: 50 };
    for (let at = 0; at < 60; at++) process.place.ledger.note(canaryOf(-1, { body: { arm } }));
    const later = next(process);
    await later.take(rowOf('c1'));
    grade(later, 1, 'tie');
    assert.deepEqual(later.standing(), []);
  });
});

describe('a word of a person', () => {
  test('that undoes ends the bypass, and the alarm stands', async (t) => {
    const process = start(t);
    await process.take(rowOf('c1'));
    grade(process, 60);
    process.watching.heard(wordOf('undo'));
    assert.equal(process.watching.bypassOf('t'), null);
    assert.deepEqual(process.standing(), ['gap/t']);
    process.watching.heard(wordOf('undo'));
    assert.deepEqual(actionsOf(process), ['bypass', 'bypass'], 'and is noted once');
  });

  test('that accepts ends the bypass as well', async (t) => {
    const process = start(t);
    await process.take(rowOf('c1'));
    grade(process, 60);
    process.watching.heard(wordOf('accept'));
    assert.equal(process.watching.bypassOf('t'), null);
    assert.deepEqual(process.standing(), []);
  });

  test('is about its own task, and what nobody says is no word', async (t) => {
    const process = start(t);
    await process.take(rowOf('c1'));
    grade(process, 60);
    process.watching.heard(wordOf('accept', { task: 'other' }));
    process.watching.heard(wordOf('accept', { task: null }));
    process.watching.heard(noteOf({ body: { action: 'accept' } }));
    process.watching.heard(noteOf({ body: { action: 'bypass', undone: true, by: 'ann' } }));
    process.watching.heard(gradeOf('both'));
    assert.deepEqual(process.standing(), ['gap/t']);
    assert.notEqual(process.watching.bypassOf('t'), null);
  });

  test('counts once, though it is heard and read', (t) => {
    const process = start(t);
    const grades = Array.from({ length: 3 }, (_, at) => gradeOf('reference', { id: `g${at}`, about: `can_${at}` }));
    for (const note of [...grades.map(({ about }) => canaryOf(null, { id: about ?? '' })), ...grades])
      process.place.ledger.note(note);
    const later = next(process);
    for (const note of grades) later.watching.heard(note);
    assert.deepEqual(later.standing(), [], 'three canaries, not six, say nothing');
    grade(later, 1);
    assert.deepEqual(later.standing(), []);
    grade(later, 50);
    assert.deepEqual(later.standing(), ['gap/t']);
  });

  test('corrects a canary that was graded long before, and is no other one', (t) => {
    const process = start(t);
    process.place.ledger.note(canaryOf(-1, { id: 'can_old' }));
    for (let at = 0; at < 2_100; at++) process.place.ledger.note(noteOf({ kind: 'feedback' }));
    process.keep();
    const later = next(process);
    const seen = later.watching.state().seen.canaries.list();
    later.watching.heard(gradeOf('tie', { about: 'can_old' }));
    assert.deepEqual([seen, later.watching.state().seen.canaries.list()], [['can_old'], ['can_old']]);
  });

  test('is heard by the next process where there was none', async (t) => {
    for (const action of ['undo', 'accept'] as const) {
      const process = start(t);
      await process.take(rowOf('c1'));
      grade(process, 60);
      process.keep();
      process.place.clock.nowMs += 1_000;
      process.place.ledger.note(wordOf(action, { atMs: process.place.clock.nowMs }));
      const later = next(process);
      assert.equal(later.watching.bypassOf('t'), null, action);
      assert.deepEqual(later.standing(), action === 'undo' ? ['gap/t'] : [], action);
    }
  });
});

describe('the next process', () => {
  test('goes on with what stands: bypass, freeze and alerts, and tells nothing twice', async (t) => {
    const process = start(t);
    await process.take(rowOf('c1'));
    grade(process, 60);
    process.keep();
    const notes = process.place.ledger.notes.length;
    const later = next(process);
    assert.deepEqual(later.standing(), ['gap/t']);
    assert.notEqual(later.watching.bypassOf('t'), null);
    assert.equal(process.place.ledger.notes.length, notes);
    later.watching.heard(wordOf('accept'));
    assert.deepEqual(later.standing(), []);
  });

  test('holds rollouts as long as the alarm stands', async (t) => {
    const config = configOf(
      `${ACTING}\nrollouts: { t: { candidate: strong, steps: [50, 100], min_calls: 3, min_canaries: 3, max_loss: 50 } }`,
    );
    const process = new Process(createPlace(t), config);
    grade(process, 60);
    process.keep();
    const later = next(process, config);
    const { rollouts } = later.watching;
    const work = (): void => {
      const running = rollouts.rolloutOf('t') ?? assert.fail('no rollout');
      for (let at = 0; at < 100; at++)
        for (const arm of ['base', 'candidate'] as const) {
          const call = { task: 't', arm: { ...running, arm }, atMs: NOON_MS + at, latencyMs: 1, costNanoUsd: 1 };
          rollouts.take({ ...call, isFailed: false, isPassed: null } as never);
          rollouts.takeGap({ ...running, arm }, 't', { gap: 0, atMs: NOON_MS + at });
        }
    };
    work();
    assert.equal(rollouts.rolloutOf('t')?.percent, 50);
    later.watching.heard(wordOf('accept'));
    work();
    assert.equal(rollouts.rolloutOf('t')?.percent, 100);
  });

  test('tells when the budget of the day is spent, and over on another day, though both are of other processes', (t) => {
    const process = start(t);
    const spend = (usd: number): void =>
      process.place.ledger.note(
        canaryOf(0, { costs: [{ model: 'strong', tier: null, provider: null, nanoUsd: usd * 1e9 }] }),
      );
    spend(0.5);
    spend(0.4);
    const second = next(process);
    second.watching.look(ENGINE);
    second.watching.look(ENGINE);
    assert.deepEqual(second.standing(), ['budget/canaries']);
    second.keep();
    const third = next(second);
    third.watching.look(ENGINE);
    assert.deepEqual(alertsOf(third), ['raised budget/canaries']);
    third.keep();
    process.place.clock.nowMs += 24 * HOUR_MS;
    const fourth = next(third);
    fourth.watching.look(ENGINE);
    assert.deepEqual(fourth.standing(), []);
  });

  test('takes in what was not kept any more, and what was kept not again', (t) => {
    const process = start(t);
    const { ledger } = process.place;
    const calls = rows(0, 600, () => judged(true));
    ledger.rows.push(...calls.slice(0, 400));
    for (let at = 0; at < 30; at++) ledger.note(canaryOf(0, { id: `can_${at}`, atMs: NOON_MS - HOUR_MS }));
    const second = next(process);
    second.keep();
    ledger.rows.push(...calls.slice(400));
    for (let at = 30; at < 60; at++) ledger.note(canaryOf(0, { id: `can_${at}`, atMs: NOON_MS - HOUR_MS / 2 }));
    const third = next(second);
    const whole = new Process({ ...createPlace(t), ledger }, configOf(ACTING));
    const known = ({ watching }: Process): unknown => {
      const { drift, gaps, caches } = watching.state().parts;
      return JSON.parse(JSON.stringify({ drift, gaps, caches }));
    };
    const ids = ({ watching }: Process) => [watching.state().seen.calls.list(), watching.state().seen.canaries.list()];
    assert.deepEqual(known(third), known(whole));
    assert.deepEqual(ids(third), ids(whole));
    assert.deepEqual([ids(third)[0]?.length, ids(third)[1]?.length], [600, 60]);
  });

  test('finds what departs from the usual in the calls of the one before it', (t) => {
    const process = start(t);
    process.place.ledger.rows.push(...rows(0, 1_500, (at) => judged(at % 20 !== 0)));
    process.place.ledger.rows.push(...rows(1_500, 400, (at) => judged(at % 2 === 0)));
    const later = next(process);
    assert.ok(later.standing().includes('pass_rate/t'), later.standing().join());
    assert.ok(actionsOf(later).includes('bypass'));
  });
});

describe('another configuration', () => {
  test('ends what nobody looks at any more, once, and what it held up goes on', async (t) => {
    const cases: [more: string, why: RegExp][] = [
      [`${ACTING}\nalerts: { to: [], rules: { canary_gap: off } }`, /the rule canary_gap was switched off/],
      [`${ACTING}\ntasks: { other: { route: cheap } }`, /t is none of the configured tasks/],
      ['watch: { actions: { freeze_rollouts: true } }', /the task has no canaries/],
    ];
    for (const [more, why] of cases) {
      const process = start(t);
      grade(process, 60);
      process.reload(configOf(more));
      process.reload(configOf(more));
      assert.deepEqual(process.standing(), []);
      const over = process.place.ledger.notes.filter(({ body }) => body['state'] === 'recovered');
      assert.match(over.map(({ body }) => textOf(body['sentence'])).join(), why);
      assert.equal(over.length, 1);
    }
  });

  test('does so too where it came while nobody was there', (t) => {
    const process = start(t);
    grade(process, 60);
    process.keep();
    const later = next(process, configOf('watch: { actions: { freeze_rollouts: true } }'));
    assert.deepEqual([later.standing(), alertsOf(later)], [[], ['raised gap/t', 'recovered gap/t']]);
    later.keep();
    const last = next(later);
    grade(last, 60);
    assert.deepEqual(last.standing(), ['gap/t'], 'and it is told anew when it is looked at again');
  });

  test('without leave for a bypass ends it', async (t) => {
    const process = start(t);
    await process.take(rowOf('c1'));
    grade(process, 60);
    process.reload(configOf(CANARY));
    assert.equal(process.watching.bypassOf('t'), null);
  });

  test('has its own bound for gaps, and its own budget', (t) => {
    const process = start(t, configOf(`${CANARY}\nalerts: { to: [], rules: { canary_gap: { points: 99 } } }`));
    process.place.ledger.note(canaryOf(0));
    grade(process, 60);
    assert.deepEqual(process.standing(), []);
    process.reload(configOf(CANARY));
    grade(process, 1);
    assert.deepEqual(process.standing(), ['gap/t']);
    const later = next(process);
    later.watching.look(ENGINE);
    assert.ok(!later.standing().includes('budget/canaries'));
    later.reload(configOf('canary: { share: 1%, budget_usd: 0.001 }'));
    later.watching.look(ENGINE);
    assert.ok(later.standing().includes('budget/canaries'));
  });

  test('with another route for a task is another usual, and nobody is left out for what was', async (t) => {
    const process = start(t);
    await process.take(rowOf('c1'));
    grade(process, 60);
    process.reload(configOf(`${ACTING}\ntasks: { t: { route: strong } }`));
    assert.deepEqual(process.standing(), []);
    assert.equal(process.watching.bypassOf('t'), null);
    assert.ok(actionsOf(process).includes('accept'));
    const later = next(process, configOf(`${ACTING}\ntasks: { t: { route: strong } }`));
    assert.equal(later.watching.bypassOf('t'), null);
  });
});

describe('a rollout', () => {
  const ROLLOUT =
    'rollouts: { t: { candidate: strong, steps: [50, 100], min_calls: 3, min_canaries: 3, max_loss: 50 } }';
  const config = configOf(`${ACTING}\n${ROLLOUT}`);

  const armed = (process: Process, at: number, arm: 'base' | 'candidate', more: Partial<CallRow> = {}): CallRow => {
    const running = process.watching.rolloutOf('t') ?? assert.fail('no rollout');
    const strong = [sampleAttempt({ model: 'strong' })];
    const own = arm === 'candidate' ? { model: 'strong', planned: ['strong'], attempts: strong } : {};
    return rowOf(`c${at}`, { atMs: NOON_MS + at * 10, latencyMs: 5, arm: { ...running, arm }, ...own, ...more });
  };

  test('learns from calls and canaries, and where the reference itself has answered there is no gap', async (t) => {
    const process = new Process(createPlace(t), config);
    await process.take(armed(process, 1, 'base'));
    await process.take(armed(process, 2, 'candidate'));
    const { t: own } = process.watching.rollouts.snapshot();
    assert.deepEqual(own?.evidence.calls, { base: 1, candidate: 1 });
    assert.deepEqual(own?.evidence.canaries, { base: 0, candidate: 1 }, 'the reference needs no canary');
  });

  test('counts each canary once, however the process ended', async (t) => {
    const process = new Process(createPlace(t), config);
    const { ledger } = process.place;
    await process.take(armed(process, 1, 'base'));
    const arm = { ...(process.watching.rolloutOf('t') ?? assert.fail()), arm: 'base' };
    for (let at = 0; at < 20; at++) ledger.note(canaryOf(0, { id: `can_${at}`, body: { arm } }));
    let life = next(process, config);
    for (let round = 0; round < 4; round++) {
      life.keep();
      // More calls than ids are remembered of them.
      ledger.rows.push(...rows(10_000 * (round + 1), 9_000));
      life = next(life, config);
      assert.equal(life.watching.rollouts.snapshot()['t']?.evidence.canaries.base, 20, `round ${round}`);
    }
  });

  test('that has reached everybody is another usual of the task, and what is worse then takes the new model from it', async (t) => {
    const cheapest = configOf(`${ACTING.replace('1%', '1%, reference: cheap')}\n${ROLLOUT}`);
    const process = new Process(createPlace(t), cheapest);
    await process.take(armed(process, 1, 'base'));
    grade(process, 60);
    const path = rolloutEventsPath(`${process.place.folder}/ledger.db`);
    const { rollout } = process.watching.rolloutOf('t') ?? assert.fail();
    const at = new Date(NOON_MS).toISOString();
    appendEvent(path, { at, task: 't', rollout, percent: 100, by: 'person', why: 'Ann says so.', event: 'finished' });
    process.watching.look(ENGINE);
    assert.deepEqual([process.standing(), actionsOf(process)], [[], ['accept']]);
    await process.take(armed(process, 2, 'candidate'));
    grade(process, 60);
    assert.deepEqual(process.standing(), ['gap/t']);
    assert.deepEqual([...(process.watching.bypassOf('t')?.models.keys() ?? [])], ['strong']);
    assert.equal(process.watching.bypassOf('t')?.instead, 'cheap');
  });
});
