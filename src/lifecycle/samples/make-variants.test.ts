import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AskedReply } from '../../ask.ts';
import { model as policyModel } from '../../policy/sample.test.ts';
import { Spending } from '../profile/spending.ts';
import { type MadeVariants, makeVariants, type VariantRun, variantJobs } from './make-variants.ts';
import { type Sample, type SampleLine, toSample } from './sample.ts';

const CENT = 10_000_000;
const MODEL = policyModel('strong', 'frontier', { priceOf: () => CENT, countTokens: (text) => text.length });
const SEEDS = ['My printer burns.', 'The invoice is wrong.'].map((content, at) =>
  toSample({
    id: `seed-${at}`,
    messages: [
      { role: 'system', content: 'Sort tickets.' },
      { role: 'user', content },
    ],
    request: { temperature: 0 },
    reference: 'bug',
    weight: 3,
  }),
);

interface Played {
  result: MadeVariants;
  lines: SampleLine[];
  prompts: string[];
  spending: Spending;
  notes: string[];
}

/** What the model replies to the n-th question. */
type Script = (prompt: string, number: number) => Partial<AskedReply>;

async function play(
  script: Script,
  options: Partial<VariantRun> & { count?: number; existing?: Sample[]; seeds?: Sample[] } = {},
): Promise<Played> {
  const lines: SampleLine[] = [];
  const prompts: string[] = [];
  const notes: string[] = [];
  let nowMs = Date.UTC(2026, 10, 28);
  const { spending = new Spending(null), seeds = SEEDS } = options;
  const result = await makeVariants(seeds, {
    model: MODEL,
    ask: (_model, prompt) => {
      prompts.push(prompt);
      return Promise.resolve({
        text: '',
        costNanoUsd: CENT,
        end: 'answered',
        waitMs: null,
        ...script(prompt, prompts.length),
      });
    },
    lanes: { concurrency: 1, maxTries: 2, maxFailures: 3, maxIdleMs: 1000 },
    clock: {
      nowMs: () => nowMs,
      sleep: async (ms) => {
        nowMs += ms;
      },
    },
    signal: new AbortController().signal,
    isAdversarial: false,
    keep: (more) => void lines.push(...more),
    onReply: ({ note }) => void (note !== null && notes.push(note)),
    count: 4,
    existing: [],
    ...options,
    spending,
  });
  return { result, lines, prompts, spending, notes };
}

/** A line for every kind that was asked for. */
const obedient: Script = (prompt, number) => ({
  text: [...prompt.matchAll(/kind "([\w-]+)"/g)]
    .map(([, kind], at) => JSON.stringify({ kind, text: `Made ${number}.${at}` }))
    .join('\n'),
});

describe('variants', () => {
  test('are their seeds with other words, tagged with where they come from, and without reference or weight', async () => {
    const { result, lines, prompts } = await play(obedient);
    assert.deepEqual(result, {
      made: 4,
      wrong: 0,
      repeated: 0,
      firstWrong: null,
      lane: { left: 0, reason: null, waitedMs: 0 },
    });
    assert.equal(prompts.length, 2);
    const sample = toSample(lines[0]);
    assert.deepEqual(sample.request, {
      temperature: 0,
      messages: [
        { role: 'system', content: 'Sort tickets.' },
        { role: 'user', content: 'Made 1.0' },
      ],
    });
    assert.deepEqual(sample.tags, { made: 'variant', kind: 'paraphrase', seed: 'seed-0' });
    assert.equal(sample.reference, undefined);
    assert.equal(sample.weight, 1);
    assert.equal(lines[3]?.tags?.['seed'], 'seed-1');
  });

  test('that lead astray are tagged as such', async () => {
    const { lines } = await play(obedient, { isAdversarial: true, count: 6 });
    assert.ok(lines.every(({ tags }) => tags?.['made'] === 'adversarial'));
    assert.equal(new Set(lines.map(({ tags }) => tags?.['kind'])).size, 6);
  });

  test('that repeat a seed, a sample that is there or each other are left out, and asked for again', async () => {
    const existing = [
      toSample({
        messages: [
          { role: 'system', content: 'Sort tickets.' },
          { role: 'user', content: 'Known.' },
        ],
      }),
    ];
    const texts = ['my  printer burns.', 'Known.', 'New.', 'new.', 'Newer.', 'Newest.'];
    let at = 0;
    const script: Script = (prompt) => ({
      text: [...prompt.matchAll(/kind "([\w-]+)"/g)]
        .map(([, kind]) => JSON.stringify({ kind, text: texts[at++ % texts.length] }))
        .join('\n'),
    });
    const { result, lines } = await play(script, { existing, count: 3 });
    assert.deepEqual(
      lines.map(({ messages = [] }) => (messages[1] as { content: string }).content),
      ['New.', 'Newer.', 'Newest.'],
    );
    assert.deepEqual([result.made, result.repeated], [3, 3]);
  });

  test('of a model that makes nothing are asked for once, and paid', async () => {
    const { result, prompts, spending } = await play(() => ({ text: 'Sorry.' }));
    assert.deepEqual([result.made, result.wrong, prompts.length], [0, 2, 2]);
    assert.equal(result.firstWrong, 'a reply has no line of JSON with "kind" and "text"');
    assert.equal(spending.spent, 2 * CENT);
  });

  test('more than were asked for in one reply are left out', async () => {
    const many = Array.from({ length: 9 }, (_, at) => JSON.stringify({ kind: 'paraphrase', text: `Text ${at}` })).join(
      '\n',
    );
    const { lines } = await play(() => ({ text: many }), { count: 1 });
    assert.equal(lines.length, 1);
  });
});

describe('a run', () => {
  test('asks no more than its ceiling allows', async () => {
    const { result, prompts, spending } = await play(obedient, { spending: new Spending(3 * CENT), count: 40 });
    assert.ok(spending.spent <= 3 * CENT);
    assert.equal(prompts.length, 2);
    assert.equal(result.lane.reason, 'ceiling');
    assert.equal(result.made, 10);
  });

  test('has kept every variant by the time the next question is asked', async () => {
    const lines: SampleLine[] = [];
    await play(
      (prompt, number) => {
        assert.equal(lines.length, (number - 1) * 2);
        return obedient(prompt, number);
      },
      { keep: (more) => void lines.push(...more) },
    );
    assert.equal(lines.length, 4);
  });

  test('tries again after a failure, and gives up after some', async () => {
    const once = await play((prompt, number) =>
      number === 1 ? { failure: 'overloaded', end: 'failed', costNanoUsd: 0 } : obedient(prompt, number),
    );
    assert.equal(once.result.made, 4);
    assert.deepEqual(once.notes, ['strong: overloaded']);
    const never = await play(() => ({ failure: 'overloaded', end: 'failed', costNanoUsd: 0 }));
    assert.equal(never.result.lane.reason, 'failing');
    const wrong = await play(() => ({ failure: 'no such key', end: 'refused', costNanoUsd: 0 }));
    assert.deepEqual([wrong.result.lane.reason, wrong.prompts.length], ['stuck', 1]);
    assert.equal(never.spending.spent, 0);
  });

  test('that is stopped asks nothing more', async () => {
    const stop = new AbortController();
    const { result, prompts } = await play(
      (prompt, number) => {
        stop.abort();
        return obedient(prompt, number);
      },
      { signal: stop.signal },
    );
    assert.equal(prompts.length, 1);
    assert.equal(result.made, 2);
  });

  test('what is expected to be asked is as many as are wanted, of each seed in turn', () => {
    const jobs = variantJobs(SEEDS, { model: MODEL, count: 13, isAdversarial: false, nowMs: 0 });
    assert.deepEqual(
      jobs.map(({ seed, kinds }) => [seed.id, kinds.length]),
      [
        ['seed-0', 5],
        ['seed-1', 5],
        ['seed-0', 3],
      ],
    );
    assert.ok(jobs.every(({ expectedNanoUsd }) => expectedNanoUsd === CENT));
  });
});
