import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Note } from '../../call/note.ts';
import type { CallRow } from '../../call/row.ts';
import { toUsage } from '../../call/usage.ts';
import type { Verdict } from '../../call/verdict.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { createRandom } from '../../stats/random.ts';
import { compiledRoutesOf } from '../check/reach.ts';
import { configOf } from '../simulate/kept.fixture.ts';
import { attemptOf, MONDAY_MS, many, rowOf } from '../simulate/rows.fixture.ts';
import { toSimulatedPolicy } from '../simulate/simulated-policy.ts';
import { evidenceOf, ruledSegments } from './gather.ts';
import { type Proposing, propose } from './propose.ts';
import type { TaskRecalibration } from './recalibration.ts';

const DECAY = { nowMs: MONDAY_MS, halfLifeMs: 14 * 86_400_000 };

const verdict = (gate: string, score: number | null): Verdict => ({
  gate,
  pass: true,
  score,
  reason: '',
  costNanoUsd: 0,
});
const answer = (tokens: number, verdicts: Verdict[], more: Partial<CallRow> = {}): CallRow =>
  rowOf([attemptOf('small', { usage: toUsage({ inputTokens: 100, outputTokens: tokens }), verdicts })], {
    planned: ['small', 'big'],
    ...more,
  });

const canary = (about: string, gap: number, segments: string[] = [], reference = 'big'): Note => ({
  id: `can_${about}`,
  kind: 'canary',
  atMs: MONDAY_MS,
  tenant: 'acme',
  task: 'label',
  about,
  costs: [],
  body: { model: 'small', reference, gap, segments },
});

async function proposed(
  rest: string,
  { rows, canaries = [] }: { rows: readonly CallRow[]; canaries?: Note[] },
  more: Partial<Proposing> = {},
): Promise<TaskRecalibration> {
  const side = await toSimulatedPolicy(configOf(rest), createCatalog());
  const [task, policyTask] = [side.config.tasks.get('label'), side.policy.tasksByName.get('label')];
  assert.ok(task !== undefined && policyTask !== undefined);
  const evidence = evidenceOf('label', { rows, notes: { canaries, grades: [], feedback: [] }, decay: DECAY });
  return propose(evidence, {
    task,
    routes: compiledRoutesOf(policyTask),
    gates: side.gatesOf('label'),
    models: new Set(side.config.models.keys()),
    predictors: [],
    decay: DECAY,
    maxLoss: 0.03,
    target: null,
    ...more,
  });
}

const GATED = (accept: string, more = ''): string =>
  `tasks: { label: { accept: [${accept}], route: { cascade: [small, big] }${more} } }\n`;
const CONFIDENT = '{ finish: any }, { confidence: { at: /c, min: 0.5 } }';

/** Answers at scores from 0.5 on, right or wrong by them, each with a canary. */
function scored(count: number, gates: (score: number) => Verdict[]): { rows: CallRow[]; canaries: Note[] } {
  const random = createRandom(3);
  const scores = Array.from({ length: count }, () => 0.5 + random() / 2);
  const rows = many(count, (at) => answer(10, gates(scores[at] ?? 0)));
  return {
    rows,
    canaries: rows.map(({ id }, at) => canary(id, random() < ((scores[at] ?? 0) < 0.7 ? 0.6 : 0.99) ? 0 : -1)),
  };
}

describe('what is proposed', () => {
  test('is each number at its place among several gates of one kind', async () => {
    const accept =
      '{ finish: any }, { confidence: { at: /a, min: 0.5 } }, { judge: { model: mid, rubric: R, min: 0.4 } }, { confidence: { at: /b, min: 0.5 } }';
    const { rows, canaries } = scored(900, (score) => [
      verdict('confidence', 0.9),
      verdict('confidence', score),
      verdict('judge', 0.8),
    ]);
    const { thresholds, changes } = await proposed(
      GATED(accept, ', output: { typical_tokens: 10, largest_tokens: 10, pass_rate: 0.6 }'),
      { rows, canaries },
    );
    assert.deepEqual(
      thresholds.dials.map(({ path }) => path.slice(3).join('.')),
      ['1.confidence.min', '2.judge.min', '3.confidence.min'],
    );
    assert.equal(thresholds.verdict, 'change', thresholds.say);
    assert.deepEqual(
      changes.map((change) => change.kind === 'number' && change.path.join('.')),
      ['tasks.label.accept.3.confidence.min'],
    );
  });

  test('is by the scores in the rows and not by what older numbers made of them', async () => {
    const { rows, canaries } = scored(900, (score) => [verdict('confidence', score)]);
    const { thresholds } = await proposed(GATED(CONFIDENT.replace('0.5', '0.7')), { rows, canaries });
    assert.equal(thresholds.verdict, 'keep', thresholds.say);
    assert.ok(thresholds.answers > 450 && thresholds.answers < 650, String(thresholds.answers));
  });

  test('is no threshold for a segment that is to go elsewhere', async () => {
    const tenantOf = (at: number): string => (at % 3 === 0 ? 'acme' : 'beta');
    const rows = many(600, (at) =>
      answer(10, [verdict('confidence', 0.5 + (at % 50) / 100)], { tenant: tenantOf(at) }),
    );
    const canaries = rows.map(({ id, tenant }, at) =>
      canary(id, tenant === 'acme' && at % 2 === 0 ? -1 : 0, [`tenant:${tenant}`]),
    );
    const { segments, thresholds, changes } = await proposed(GATED(CONFIDENT), { rows, canaries });
    assert.deepEqual([segments.verdict, thresholds.verdict, thresholds.answers], ['rules', 'keep', 400]);
    assert.deepEqual(
      changes.find(({ kind }) => kind === 'rule'),
      { kind: 'rule', task: 'label', when: { by: 'tenant', name: 'acme' }, route: { model: 'big', fallback: [] } },
    );
  });

  test('is the last model of the cascade where the reference is not configured any more', async () => {
    const rows = many(300, (at) =>
      answer(10, [verdict('confidence', 0.9)], { tenant: at % 2 === 0 ? 'acme' : 'beta' }),
    );
    const canaries = rows.map(({ id, tenant }, at) =>
      canary(id, tenant === 'acme' && at % 4 === 0 ? -1 : 0, [`tenant:${tenant}`], 'gone'),
    );
    const ruleIn = async (route: string) => {
      const { changes } = await proposed(GATED(CONFIDENT).replace('{ cascade: [small, big] }', route), {
        rows,
        canaries,
      });
      return changes.find((change) => change.kind === 'rule')?.route ?? null;
    };
    assert.deepEqual(await ruleIn('{ cascade: [small, mid], fallback: big }'), { model: 'mid', fallback: ['big'] });
    assert.equal(await ruleIn('small'), null);
  });

  test('never has what is typical above what is largest', async () => {
    const lengths = (count: number) => ({ rows: many(count, () => answer(80, [])) });
    const few = await proposed(GATED(CONFIDENT, ', output: { typical_tokens: 20, largest_tokens: 60 }'), lengths(100));
    assert.deepEqual(few.refits.map(({ verdict }) => verdict).slice(0, 2), ['few', 'few']);
    assert.match(
      few.refits[0]?.say ?? '',
      /^it is more than `largest_tokens`, of which is known: 100 measured answers/,
    );
    const many400 = await proposed(
      GATED(CONFIDENT, ', output: { typical_tokens: 20, largest_tokens: 60 }'),
      lengths(400),
    );
    assert.deepEqual(many400.refits.map(({ value }) => value).slice(0, 2), [80, 80]);
  });

  test('is of the answers that the first model gave, whoever else answered', async () => {
    const other = many(200, () =>
      rowOf([attemptOf('small'), attemptOf('big', { usage: toUsage({ inputTokens: 1, outputTokens: 900 }) })], {
        planned: ['small', 'big'],
      }),
    );
    const rows = [...other, ...many(200, () => answer(30, [verdict('confidence', 0.9)]))];
    const { first, refits } = await proposed(GATED(CONFIDENT), { rows });
    assert.deepEqual([first, refits[0]?.value], ['small', 30]);
  });

  test('has no pass rate of a first model where that is another for every request', async () => {
    const rows = many(200, () => answer(30, []));
    const { first, refits } = await proposed(
      'tasks: { label: { route: { best: cost, quality: 0.9, among: [small, mid] } } }\n',
      { rows },
    );
    assert.equal(first, null);
    assert.deepEqual(
      refits.map(({ key }) => key),
      ['output.typical_tokens', 'output.largest_tokens'],
    );
    assert.equal(refits[0]?.value, 30);
  });
});

describe('evidence', () => {
  test('takes canaries of calls that began before the period, by what they say of themselves', () => {
    const notes = { canaries: [canary('req_gone', -1, ['tenant:acme'])], grades: [], feedback: [] };
    const { canaries } = evidenceOf('label', { rows: [], notes, decay: DECAY });
    assert.deepEqual(
      canaries.map(({ call, gap, row, reference }) => [call, gap, row, reference]),
      [['req_gone', -1, null, 'big']],
    );
    const candidate = {
      ...notes,
      canaries: notes.canaries.map((note) => ({ ...note, body: { ...note.body, arm: 'candidate' } })),
    };
    assert.deepEqual(evidenceOf('label', { rows: [], notes: candidate, decay: DECAY }).canaries, []);
    assert.deepEqual(evidenceOf('other', { rows: [], notes, decay: DECAY }).canaries, []);
  });

  test('counts canaries that nobody could grade apart', () => {
    const mute = { ...canary('a', 0), body: { model: 'small', reference: 'big', gap: null } };
    const { canaries, ungraded } = evidenceOf('label', {
      rows: [],
      notes: { canaries: [mute, canary('b', 0)], grades: [], feedback: [] },
      decay: DECAY,
    });
    assert.deepEqual([canaries.length, ungraded], [1, 1]);
  });

  test('of segments that have a route of their own by now is not of the route any more', () => {
    const rulesOf = (rules: string) =>
      configOf(GATED(CONFIDENT, `, rules: [${rules}]`)).tasks.get('label')?.rules ?? [];
    const all = rulesOf(
      '{ when: { tenant: [acme, beta] }, route: big }, { when: { language: de }, route: big }, { when: { tenant: c, language: fr }, route: big }, { when: { tenant: d, has_tools: true }, route: big }, { when: { tenant: e, model: x }, route: big }, { route: small }',
    );
    assert.deepEqual([...ruledSegments(all)], ['tenant:acme', 'tenant:beta', 'language:de']);
    const rows = many(3, (at) => answer(10, [], { tenant: at === 0 ? 'acme' : 'gamma' }));
    const canaries = rows.map(({ id }, at) => canary(id, 0, [at === 1 ? 'language:de' : 'language:en']));
    const notes = { canaries, grades: [], feedback: [] };
    const evidence = evidenceOf('label', { rows, notes, decay: DECAY, ruled: ruledSegments(all) });
    assert.deepEqual([evidence.rows.length, evidence.canaries.length], [2, 2]);
  });
});
