import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { createCatalog } from '../../catalog/catalog.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { sampleRow } from '../../ledger/sample-row.test.ts';
import { createRandom, shuffled } from '../../stats/random.ts';
import type { AuditGroup } from './audit-group.ts';
import { formatNamed } from './formats.ts';
import { createLadder } from './ladder.ts';
import {
  ANTHROPIC_BATCH,
  BATCH_RESULT,
  FINE_TUNING,
  fileFor,
  folderFor,
  HELICONE_CSV,
  HELICONE_ROW,
  jsonl,
  LANGFUSE_ROW,
  LANGFUSE_TABLE,
  LITELLM_CSV,
  LITELLM_ROW,
  PAIR,
  pairs,
} from './logs.fixture.ts';
import { auditLogs, type LogAudit } from './read-log.ts';
import { worthTesting } from './worth-testing.ts';

type Test = Parameters<typeof fileFor>[0];

const ladder = createLadder(createCatalog(), { config: null, atMs: Date.UTC(2026, 10, 28) });

function audit(t: Test, content: string | Buffer): Promise<LogAudit> {
  return auditLogs([fileFor(t, 'log', content)], { ladder });
}

function groupOf({ groups }: LogAudit, name: string): AuditGroup {
  return (
    groups.find((group) => group.name === name) ??
    assert.fail(`no ${name} among ${groups.map((group) => group.name).join(', ')}`)
  );
}

describe('every format', () => {
  test('LiteLLM as CSV: tasks of tags, an error, a cached answer, an unknown price, an embedding', async (t) => {
    const found = await audit(t, LITELLM_CSV);
    assert.deepEqual(found.files[0]?.formats, ['LiteLLM spend logs']);
    assert.equal(found.files[0]?.calls, 5);
    const summarize = groupOf(found, 'summarize');
    assert.equal(summarize.spendNanoUsd, 2_100_000);
    assert.equal(summarize.input.typicalTokens, 800);
    assert.equal(summarize.cacheShare, 0.75);
    assert.deepEqual(summarize.latencyMs, { p50: 750, p95: 750 });
    const faq = groupOf(found, 'faq');
    assert.deepEqual(faq.spendBasis, { logged: 1, priced: 0, estimated: 0, unknown: 1 });
    assert.equal(faq.replayed, 1);
    assert.equal(groupOf(found, 'unnamed').errors, 1);
    const vectors = groupOf(found, 'embeddings');
    assert.equal(vectors.kind, 'embedding');
    assert.equal(vectors.tier, null);
  });

  test('LiteLLM with prompts: the hint of the tags names the group', async (t) => {
    const found = await audit(t, JSON.stringify([LITELLM_ROW, { ...LITELLM_ROW, request_id: 'b' }]));
    const group = groupOf(found, 'ticket-triage');
    assert.equal(group.namedBy, 'hint');
    assert.equal(group.calls, 2);
    assert.deepEqual(group.sampleIds.toSorted(), ['b', 'chatcmpl-Cz1']);
  });

  test('Langfuse: generations are calls, spans are told as left out', async (t) => {
    const found = await audit(t, JSON.stringify([...LANGFUSE_TABLE]));
    assert.deepEqual(found.files[0]?.skipped, { 'observations of type SPAN': 1 });
    assert.equal(groupOf(found, 'draft-reply').input.structure.includes('tools'), true);
    assert.deepEqual(groupOf(found, 'draft-reply').accept, [{ tool_calls: 'valid' }, { refusal: true }]);
    assert.equal((await audit(t, jsonl([LANGFUSE_ROW]))).groups[0]?.name, 'triage-prompt');
  });

  test('Helicone: JSONL with bodies, CSV without answers', async (t) => {
    assert.equal((await audit(t, jsonl([HELICONE_ROW]))).groups[0]?.name, 'moderation');
    const found = await audit(t, HELICONE_CSV);
    assert.equal(groupOf(found, 'translate').spendNanoUsd, 14_700);
    assert.equal(
      found.groups.reduce((sum, { errors }) => sum + errors, 0),
      1,
    );
  });

  test('bodies of the APIs: batches, examples, pairs', async (t) => {
    const found = await audit(t, jsonl([BATCH_RESULT, ANTHROPIC_BATCH, FINE_TUNING, PAIR]));
    assert.equal(found.files[0]?.calls, 4);
    // Half the price of 60 tokens in and 2 out: it came out of a batch.
    assert.equal(groupOf(found, 'triage').spendNanoUsd, (60 * 150 + 2 * 600) / 2);
    assert.equal(groupOf(found, 'review').spendBasis.unknown, 1);
  });

  test('a ledger file is read as it is, and grouped by its tasks', async (t) => {
    const ledger = openLedger({ path: path.join(folderFor(t), 'ledger.db') });
    for (let index = 0; index < 5; index++)
      void ledger.record(
        sampleRow({ id: `c${index}`, atMs: index * 3_600_000, task: index < 3 ? 'ticket-triage' : 'code-review' }),
      );
    await ledger.flush();
    await ledger.close();
    const found = await auditLogs([ledger.path], { ladder });
    assert.deepEqual(found.files[0]?.formats, ['Tierline ledger']);
    assert.deepEqual(
      found.groups.map(({ name, calls }) => [name, calls]),
      [
        ['ticket-triage', 3],
        ['code-review', 2],
      ],
    );
    assert.equal(found.files[0]?.digest, null);
  });

  test('a format that is forced reads everything in its way', async (t) => {
    const file = fileFor(
      t,
      'log',
      jsonl([
        { startTime: '2026-11-20T08:00:00Z', model: 'gpt-4o', prompt_tokens: 10, completion_tokens: 1, spend: 0.1 },
      ]),
    );
    const found = await auditLogs([file], { ladder, format: formatNamed('litellm') });
    assert.equal(found.groups[0]?.spendNanoUsd, 100_000_000);
  });
});

describe('the account of a file', () => {
  test('what cannot be read is counted and told by its first line', async (t) => {
    const lines = jsonl([PAIR]) + '{"broken\n' + jsonl([{ level: 'info', msg: 'started' }, PAIR]);
    const [file] = (await audit(t, lines)).files;
    assert.equal(file?.records, 4);
    assert.equal(file?.calls, 2);
    assert.equal(file?.unreadable, 2);
    assert.equal(file?.firstUnreadable, 2);
  });

  test('the digest is that of the file as it lies there, packed or not', async (t) => {
    const packed = gzipSync(jsonl([PAIR]));
    const [file] = (await audit(t, packed)).files;
    assert.match(file?.digest ?? '', /^[\da-f]{16}$/);
    assert.notEqual(file?.digest, (await audit(t, jsonl([PAIR]))).files[0]?.digest);
  });

  test('every record is a call, left out, or unreadable', async (t) => {
    const record = fc.constantFrom(
      PAIR,
      LITELLM_ROW,
      LANGFUSE_TABLE[0],
      BATCH_RESULT,
      { msg: 'x' },
      [1],
      'text',
      null,
      7,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 12 }), async (records) => {
        const { files, groups } = await audit(t, jsonl(records));
        const { calls = 0, unreadable = 0, skipped = {}, records: count = 0 } = files[0] ?? {};
        const left = Object.values(skipped).reduce((sum, one) => sum + one, 0);
        assert.equal(calls + unreadable + left, count);
        assert.equal(count, records.length);
        assert.equal(
          groups.reduce((sum, group) => sum + group.calls, 0),
          calls,
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('groups', () => {
  test('calls of one template, schema and set of tools are one task, whatever changes in them', async (t) => {
    const found = await audit(t, jsonl(pairs(200)));
    const sizes = found.groups.map(({ calls }) => calls).toSorted((one, other) => other - one);
    assert.deepEqual(sizes.slice(0, 3), [120, 40, 20]);
    const triage = groupOf(found, 'support-triage-classify');
    assert.equal(triage.calls, 120);
    assert.deepEqual(triage.accept, [{ one_of: ['billing', 'bug', 'sales'] }]);
    assert.equal(triage.tier, 'small');
    assert.deepEqual(triage.personal.kinds, { email: 120 });
    const review = groupOf(found, 'review-pull-requests');
    assert.equal(review.tier, 'mid');
    assert.deepEqual(review.input.structure, ['code']);
  });

  test('the order of the lines makes no difference', async (t) => {
    const records = pairs(120);
    const plain = await audit(t, jsonl(records));
    for (const seed of [1, 2, 3]) {
      const mixed = await audit(t, jsonl(shuffled(records, createRandom(seed))));
      assert.deepEqual(mixed.groups, plain.groups);
      assert.deepEqual(mixed.span, plain.span);
    }
  });

  test('how the lines lie in files makes no difference', async (t) => {
    const records = pairs(120);
    const whole = await audit(t, jsonl(records));
    const parts = [0, 1, 2].map((part) =>
      fileFor(t, `part-${part}`, jsonl(records.filter((_, index) => index % 3 === part))),
    );
    assert.deepEqual((await auditLogs(parts, { ladder })).groups, whole.groups);
  });

  test('sums over the groups are sums over the lines', async (t) => {
    const found = await audit(t, jsonl(pairs(150)));
    const single = await Promise.all(pairs(150).map((record) => audit(t, jsonl([record]))));
    const spendOf = ({ groups }: LogAudit): number => groups.reduce((sum, group) => sum + group.spendNanoUsd, 0);
    assert.equal(
      spendOf(found),
      single.reduce((sum, one) => sum + spendOf(one), 0),
    );
    assert.equal(
      found.groups.reduce((sum, { calls }) => sum + calls, 0),
      150,
    );
    for (const group of found.groups)
      assert.equal(
        group.models.reduce((sum, { calls }) => sum + calls, 0),
        group.calls,
      );
  });

  test('chats without instructions are one task when there are many of them', async (t) => {
    const chats = Array.from({ length: 60 }, (_, index) => ({
      request: {
        model: 'gpt-4o-mini',
        messages: [
          {
            role: 'user',
            content: `${'abcdefghij'[index % 10]}${'klmnopqrst'[Math.floor(index / 10)]} tell something new`,
          },
        ],
      },
      response: { usage: { prompt_tokens: 5, completion_tokens: 5 }, choices: [{ message: { content: 'ok' } }] },
    }));
    const found = await audit(t, jsonl(chats));
    assert.equal(found.groups.length, 1);
    assert.equal(found.groups[0]?.title, null);
  });

  test('a name that the application gives decides, however different the prompts are', async (t) => {
    const named = (task: string, system: string): unknown => ({
      model: 'gpt-4o',
      metadata: { task },
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: 'x' },
      ],
    });
    const found = await audit(
      t,
      jsonl([named('a', 'Do one thing.'), named('a', 'Do another thing altogether.'), named('b', 'Do one thing.')]),
    );
    assert.deepEqual(
      found.groups.map(({ name, calls }) => [name, calls]),
      [
        ['a', 2],
        ['b', 1],
      ],
    );
  });

  test('one prompt with two schemas is two tasks with names of their own', async (t) => {
    const asked = (title: string): unknown => ({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'Extract the facts.' },
        { role: 'user', content: 'x' },
      ],
      response_format: { type: 'json_schema', json_schema: { schema: { type: 'object', title } } },
    });
    const found = await audit(t, jsonl([asked('one'), asked('two')]));
    assert.deepEqual(found.groups.map(({ name }) => name).toSorted(), ['extract-facts', 'extract-facts-2']);
  });
});

describe('what a month is', () => {
  test('it is told from the span of the whole log', async (t) => {
    const found = await audit(t, jsonl(pairs(100)));
    const days = ((found.span.toMs ?? 0) - (found.span.fromMs ?? 0)) / 86_400_000;
    assert.ok(Math.abs((found.perMonth ?? 0) - 30.4375 / days) < 1e-6);
    const triage = groupOf(found, 'support-triage-classify');
    assert.equal(triage.monthly?.calls, Math.round(60 * (found.perMonth ?? 0)));
  });

  test('a log without times, or of a few minutes, tells nothing of a month', async (t) => {
    assert.equal((await audit(t, jsonl([FINE_TUNING]))).perMonth, null);
    assert.equal((await audit(t, jsonl([PAIR, { ...PAIR, timestamp: '2026-11-20T11:05:00Z' }]))).perMonth, null);
  });
});

describe('what is worth testing first', () => {
  test('a saving is what the next cheaper model would take less, at its own count of tokens', async (t) => {
    const found = await audit(t, jsonl(pairs(100)));
    const extraction = groupOf(found, 'extract-invoice-json');
    // gpt-5.5 at 5 and 30 dollars a million, gpt-5.4 at 2.5 and 15: half of it.
    assert.deepEqual(extraction.saving?.to, ['gpt-5.4']);
    const monthly = extraction.monthly?.nanoUsd ?? 0;
    assert.ok(Math.abs((extraction.saving?.nanoUsd ?? 0) - monthly / 2) <= monthly * 0.001);
  });

  test('each has a sentence with its numbers, and models at the foot of the ladder have none', async (t) => {
    const found = await audit(t, jsonl(pairs(100)));
    const worth = worthTesting(found.groups);
    assert.ok(worth.length >= 3);
    const savings = worth.map(({ savingNanoUsd }) => savingNanoUsd);
    assert.deepEqual(
      savings,
      savings.toSorted((one, other) => other - one),
    );
    for (const { why } of worth)
      assert.match(why, /^\$[\d.]+ a month on gpt-\S+, [\d,]+ tokens an answer.*; gpt-\S+ would take \$[\d.]+\.$/);
    const small = found.groups.filter(({ models }) => models.every(({ tier }) => tier === 'small'));
    assert.ok(small.length > 0);
    for (const group of small) assert.equal(group.saving, null);
  });
});

test('calls that all have another prompt are one task, and few tallies are kept of them', async (t) => {
  const random = createRandom(5);
  const letters = (): string =>
    Array.from({ length: 7 }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('');
  const record = (index: number): unknown => ({
    id: `u${index}`,
    model: 'gpt-4o',
    messages: [
      { role: 'system', content: Array.from({ length: 30 }, letters).join(' ') },
      { role: 'user', content: 'x' },
    ],
  });
  const found = await audit(t, jsonl(Array.from({ length: 1000 }, (_, index) => record(index))));
  assert.deepEqual(
    found.groups.map(({ calls, name, title }) => [calls, name, title]),
    [[1000, 'unnamed', null]],
  );
});
