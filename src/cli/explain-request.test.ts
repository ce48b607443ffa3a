import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { toUsage } from '../call/usage.ts';
import { parseConfig } from '../config/load.ts';
import { openLedger } from '../ledger/ledger.ts';
import { sampleAttempt, sampleRow } from '../ledger/sample-row.test.ts';
import { type ExplainRequestOptions, explainRequestCommand } from './explain-request.ts';

const CONFIG = (ledger: string) => `
providers: { anthropic: { api_key: kkkk }, local: { dialect: openai, base_url: "http://h/v1", private: true } }
models:
  haiku: { use: anthropic/claude-haiku-4-5, tier: small }
  sonnet: { use: anthropic/claude-sonnet-4-6, tier: mid }
  both: { deployments: [{ use: anthropic/claude-haiku-4-5 }, { use: local/x }] }
tenants: { acme: { deny: sonnet }, closed: { private: true } }
tasks:
  triage: { output: { typical_tokens: 12 }, route: { best: cost, quality: 90%, among: [haiku, sonnet] } }
  quick: { route: { cascade: [haiku, sonnet], attempt_timeout: 800ms } }
  notes: { private: true, route: both }
rollouts: { quick: { candidate: sonnet } }
default: sonnet
ledger: { path: ${JSON.stringify(ledger)} }
`;
const ASK = { model: 'auto', messages: [{ role: 'user', content: 'Wie ist das Wetter und was soll ich machen?' }] };

type Options = Partial<Omit<ExplainRequestOptions, 'config' | 'file'>> & { ledger?: string };

function explain(t: TestContext, body: unknown, { ledger = ':memory:', ...options }: Options = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-explain-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'request.json');
  writeFileSync(file, typeof body === 'string' ? body : JSON.stringify(body));
  const config = parseConfig(CONFIG(ledger), { file: join(folder, 'tierline.yaml'), env: {} });
  let printed = '';
  explainRequestCommand({ config, file, nowMs: Date.UTC(2026, 10, 24), ...options }, (more) => (printed += more));
  return printed;
}

test('the page tells request, reasons, candidates, guards and plan', (t) => {
  const page = explain(t, ASK, { header: ['X-Tierline-Task: triage'] });
  const expected = [
    /asks for +auto \(openai-chat\)/,
    /language +de/,
    /has +plain text/,
    /task +triage/,
    /session +derived-/,
    /mode +none of 2 is known to reach 90 %, so sonnet/,
    /│ haiku +│ small +│ +│ +\d+ │ +0 │ +12 │ +\$0\.\d+ │ +- │/,
    /haiku +ok +context +about \d+ tokens, at most 160000 fit/,
    /Plan\n {2}1\. sonnet\n {2}2\. haiku: when the one before failed upstream\n {2}expected cost +\$0\.0/,
  ];
  for (const part of expected) assert.match(page, part);
});

test('a Gemini body is known by its contents; its model, which only the address has, is `auto` or the one named beside it', (t) => {
  const body = { contents: [{ parts: [{ text: 'Hello' }] }] };
  assert.match(explain(t, body), /asks for +auto \(gemini\)[\s\S]*1\. sonnet/);
  assert.match(explain(t, body, { model: 'haiku' }), /asks for +haiku \(gemini\)[\s\S]*1\. haiku/);
  assert.match(explain(t, body, { dialect: 'gemini', model: 'auto/triage' }), /task +triage/);
  assert.throws(() => explain(t, body, { dialect: 'openai' }), TierlineError);
  assert.match(explain(t, { ...ASK, contents: [] }), /\(openai-chat\)/);
  assert.throws(() => explain(t, ASK, { model: 'haiku' }), /--model .* Gemini/);
});

test('a cascade is told with its pace, places and what it may come to', (t) => {
  const page = explain(t, { ...ASK, model: 'auto/quick', max_tokens: 100 });
  assert.match(page, /1\. haiku: at most 800 ms\n {2}2\. sonnet: when the one before did not satisfy\n/);
  assert.match(page, /expected cost +\$0\.\d+, escalations included/);
  assert.match(explain(t, { ...ASK, model: 'auto/notes' }), /1\. both: only at deployment 2\n/);
});

test('a refusal is part of the page, not a failure of the command', (t) => {
  const page = explain(t, ASK, { tenant: 'acme' });
  assert.match(page, /sonnet +stopped +deny +denied by the tenant acme/);
  assert.match(page, /Refused\n {2}model_not_allowed .*denied by the tenant acme/);
  assert.ok(!page.includes('Plan\n'));
  assert.match(explain(t, { ...ASK, model: 'nope' }), /Refused\n {2}model_not_found/);
});

test('--json has the facts, every verdict and the plan', (t) => {
  const found = JSON.parse(explain(t, ASK, { json: true, tenant: 'closed', header: ['x-tierline-task:notes'] })) as {
    facts: Record<string, unknown>;
    candidates: { model: string; deployments: number[] }[];
    plan: { attempts: unknown[] };
    refusal: null;
  };
  assert.equal(found.facts.language, 'de');
  assert.deepEqual(
    found.candidates.map(({ model, deployments }) => [model, deployments]),
    [['both', [1]]],
  );
  assert.equal(found.plan.attempts.length, 1);
  assert.equal(found.refusal, null);
});

test('what the ledger knows of earlier answers is used', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-explain-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'ledger.db');
  const ledger = openLedger({ path });
  const attempt = sampleAttempt({ model: 'haiku', status: 'ok', usage: toUsage({ outputTokens: 77 }) });
  void ledger.record(sampleRow({ task: 'triage', attempts: [attempt] }));
  await ledger.close();
  assert.match(
    explain(t, { ...ASK, model: 'auto/triage' }, { ledger: path }),
    /│ haiku +│ small +│ +│ +\d+ │ +0 │ +77 │/,
  );
});

test('a body that the gateway would refuse is refused here, with its code', (t) => {
  assert.throws(
    () => explain(t, '{'),
    (error) => error instanceof TierlineError && error.code === 'invalid_json',
  );
  assert.throws(
    () => explain(t, { model: 'auto' }),
    (error) => error instanceof TierlineError && error.code === 'invalid_request',
  );
});

test('options that say nothing are told', (t) => {
  assert.throws(() => explain(t, ASK, { header: ['no colon'] }), /--header "no colon" is no header; write name:value/);
  assert.throws(() => explain(t, ASK, { dialect: 'latin' }), /there are openai, responses, anthropic and gemini/);
  assert.match(explain(t, { ...ASK, max_tokens: 5 }, { dialect: 'anthropic' }), /anthropic-messages/);
});

test('the side of a rollout is told where one is running', (t) => {
  const header = ['X-Tierline-Task: quick'];
  const page = explain(t, ASK, { header, rolloutOf: () => ({ rollout: 'r-1', percent: 100 }) });
  assert.match(page, /task +quick\n +rollout +candidate of r-1 \(100 %\)\n/);
  assert.match(page, /rollout +candidate of r-1 \(100 %\): sonnet\n/);
  assert.doesNotMatch(explain(t, ASK, { header }), /rollout/);
});
