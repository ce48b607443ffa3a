// A gateway that observes, in front of the scripted upstream: applications work as before, every call goes to the model it asks for, and
// the ledger knows what that cost. Nothing else happens.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { stringify } from 'yaml';
import type { CallRow } from '../../src/call/row.ts';
import { createRouter } from '../../src/library/create-router.ts';
import type { RouterConfig } from '../../src/library/router.ts';
import { type ScriptedUpstream, startScriptedUpstream, type Visit } from './scripted-upstream.ts';
import { fileScope, type GatewayProcess, run, startGateway, temporaryFolder } from './support.ts';
import { bodyOf, send } from './wire-client.ts';

const scope = fileScope();
let upstream: ScriptedUpstream;
/** Providers and nothing else. */
let bare: GatewayProcess;

const keys = { api_key: 'provider-key-1', auth: 'bearer' as const };
const providers = () => ({
  openai: { ...keys, base_url: `${upstream.url}/v1` },
  anthropic: { ...keys, base_url: upstream.url },
});
const FAST = { retries: { max_attempts: 1 }, timeouts: { first_byte: '2s', total: '4s' } };

before(async () => {
  upstream = await startScriptedUpstream();
  scope.after(() => upstream.close());
  bare = await startGateway(scope, { config: { observe: true, providers: providers(), ...FAST } });
});

const openai = ({ url }: GatewayProcess) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'k', maxRetries: 0 });
const anthropic = ({ url }: GatewayProcess) => new Anthropic({ baseURL: url, apiKey: 'k', maxRetries: 0 });
const says = (content: string) => [{ role: 'user' as const, content }];
const lastVisit = (name: string): Visit => upstream.visitsOf(name).at(-1) ?? assert.fail(`nobody was asked ${name}`);

interface Sdk {
  name: string;
  chat: (
    gateway: GatewayProcess,
    model: string,
    text: string,
    stream: boolean,
  ) => Promise<{ text: string; id: string }>;
}

/** What each SDK makes of a call: its text and the id of its row. */
const OPENAI: Sdk = {
  name: "OpenAI's SDK",
  async chat(gateway, model, content, stream) {
    const { chat } = openai(gateway);
    if (!stream) {
      const { data, response } = await chat.completions.create({ model, messages: says(content) }).withResponse();
      return { text: data.choices[0]?.message.content ?? '', id: response.headers.get('x-tierline-request-id') ?? '' };
    }
    const { data, response } = await chat.completions.create({ model, messages: says(content), stream }).withResponse();
    let text = '';
    for await (const { choices } of data) text += choices[0]?.delta.content ?? '';
    return { text, id: response.headers.get('x-tierline-request-id') ?? '' };
  },
};
const ANTHROPIC: Sdk = {
  name: "Anthropic's SDK",
  async chat(gateway, model, content, stream) {
    const { messages } = anthropic(gateway);
    const asked = { model, max_tokens: 50, messages: says(content) };
    if (!stream) {
      const { data, response } = await messages.create(asked).withResponse();
      const [block] = data.content;
      return {
        text: block?.type === 'text' ? block.text : '',
        id: response.headers.get('x-tierline-request-id') ?? '',
      };
    }
    const { data, response } = await messages.create({ ...asked, stream }).withResponse();
    let text = '';
    for await (const event of data)
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text;
    return { text, id: response.headers.get('x-tierline-request-id') ?? '' };
  },
};

/** The call cost what it cost, and nothing is said to have been saved. */
function expectOwnBaseline({ costNanoUsd, costBasis, ...row }: CallRow): void {
  assert.deepEqual([row.baselineModel, row.baselineNanoUsd], [row.model, costNanoUsd]);
  if (costNanoUsd !== null) assert.equal(row.baselineBasis, costBasis);
}

describe('with providers alone', () => {
  // Ten tokens in and two out, at the catalog's prices.
  const CASES: { sdk: Sdk; model: string; nanoUsd: number | null }[] = [
    { sdk: OPENAI, model: 'gpt-4o-mini', nanoUsd: 10 * 150 + 2 * 600 },
    { sdk: OPENAI, model: 'gpt-4o-mini-2024-07-18', nanoUsd: 10 * 150 + 2 * 600 },
    { sdk: ANTHROPIC, model: 'claude-haiku-4-5', nanoUsd: 10 * 1000 + 2 * 5000 },
    { sdk: ANTHROPIC, model: 'claude-haiku-4-5-20251001', nanoUsd: 10 * 1000 + 2 * 5000 },
  ];
  for (const { sdk, model, nanoUsd } of CASES)
    for (const stream of [false, true])
      test(`${sdk.name} gets its ${model}${stream ? ', streamed' : ''}, and the ledger knows what that cost`, async () => {
        const name = `bare ${model} ${stream}`;
        const { text, id } = await sdk.chat(bare, model, name, stream);
        assert.equal(text, 'Hello there');
        assert.equal(lastVisit(name).body.model, model, 'the name as the client wrote it');
        const row = await bare.row(id);
        assert.deepEqual([row.model, row.requestedModel, row.costNanoUsd], [model, model, nanoUsd]);
        expectOwnBaseline(row);
      });

  test('names that nobody knows go to the only provider of the dialect, or to the one they name, at an unknown cost', async () => {
    const cases: [Sdk, string, string, 'openai' | 'anthropic'][] = [
      [OPENAI, 'ft:house-model:acme::7', 'ft:house-model:acme::7', 'openai'],
      [ANTHROPIC, 'claude-of-tomorrow', 'claude-of-tomorrow', 'anthropic'],
      [OPENAI, 'anthropic/claude-of-tomorrow', 'claude-of-tomorrow', 'anthropic'],
    ];
    for (const [sdk, model, upstreamModel, wire] of cases) {
      const { text, id } = await sdk.chat(bare, model, `unknown ${model}`, false);
      assert.equal(text, 'Hello there');
      const visit = lastVisit(`unknown ${model}`);
      assert.deepEqual([visit.wire, visit.body.model], [wire, upstreamModel]);
      const row = await bare.row(id);
      assert.deepEqual([row.model, row.costNanoUsd], [`${wire}/${upstreamModel}`, null]);
      expectOwnBaseline(row);
    }
  });

  test('requests go on byte for byte, whatever the catalog thinks of the model', async () => {
    const sent = {
      wire: 'openai' as const,
      model: 'gpt-4o-mini',
      text: 'untouched',
      // More than fits, a capability that the model is not known to have, and a member nobody knows.
      more: { reasoning_effort: 'high', metadata: { a: 'b' }, padding: 'x'.repeat(1_000_000) },
    };
    const { status, headers } = await send(bare.url, sent).answer;
    assert.equal(status, 200);
    assert.equal(headers['x-tierline-plan'], 'observing: the client asked for gpt-4o-mini');
    assert.equal(lastVisit('untouched').text, bodyOf(sent));
  });

  test('what would not be of any provider, and auto without a baseline, are refused in the words of each client', async () => {
    await assert.rejects(OPENAI.chat(bare, 'auto', 'nowhere', false), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.equal(error.code, 'model_not_found');
      assert.match(error.message, /Nothing is routed while the gateway observes.*no.* baseline|none is configured/);
      return true;
    });
    await assert.rejects(ANTHROPIC.chat(bare, 'auto', 'nowhere', false), (error) => {
      assert.ok(error instanceof Anthropic.NotFoundError);
      assert.match(error.message, /Nothing is routed while the gateway observes/);
      return true;
    });
    assert.equal(upstream.visitsOf('nowhere').length, 0);
  });

  test('both clients list what they may ask for', async () => {
    const names: string[] = [];
    for await (const { id } of openai(bare).models.list()) names.push(id);
    assert.ok(['gpt-4o-mini', 'text-embedding-3-small', 'claude-haiku-4-5'].every((name) => names.includes(name)));
    assert.ok(!names.includes('auto') && !names.includes('openai/ft:house-model:acme::7'));
    assert.equal((await openai(bare).models.retrieve('gpt-4o-mini')).id, 'gpt-4o-mini');
    const spoken: string[] = [];
    for await (const { id } of anthropic(bare).models.list()) spoken.push(id);
    assert.ok(spoken.includes('claude-haiku-4-5') && !spoken.includes('text-embedding-3-small'));
  });

  test('embeddings are asked for by their own name', async () => {
    upstream.on('text-embedding-3-small', ({ response, body }) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const data = [{ object: 'embedding', index: 0, embedding: [1, 0] }];
      response.end(
        JSON.stringify({ object: 'list', data, model: body.model, usage: { prompt_tokens: 50, total_tokens: 50 } }),
      );
    });
    const { data, response } = await openai(bare)
      .embeddings.create({ model: 'text-embedding-3-small', input: 'a text', encoding_format: 'float' })
      .withResponse();
    assert.deepEqual(data.data[0]?.embedding, [1, 0]);
    const row = await bare.row(response.headers.get('x-tierline-request-id') ?? '');
    assert.deepEqual([row.model, row.costNanoUsd], ['text-embedding-3-small', 50 * 20]);
  });
});

/** A configuration that routes, with everything that decides or spends. */
const routing = (observe: boolean): RouterConfig => ({
  observe,
  providers: providers(),
  models: {
    cheap: { use: 'openai/gpt-4o-mini', tier: 'small' },
    strong: { use: 'openai/gpt-4o', tier: 'frontier' },
    claude: { use: 'anthropic/claude-haiku-4-5' },
  },
  baseline: 'strong',
  default: 'cheap',
  tasks: {
    labels: {
      match: { model: ['strong', 'gpt-4o'], header: { 'x-app': ['desk'] } },
      // Nothing passes.
      accept: [{ pattern: '^never$' }],
      route: { cascade: ['cheap', 'strong'] },
    },
  },
  rollouts: { labels: { candidate: 'claude' } },
  canary: { share: '100%', reference: 'claude', grade: 'accept', budget_usd: 5 },
  capture: { share: '100%' },
  ...FAST,
});

async function ask(gateway: GatewayProcess, model: string, text: string, headers: Record<string, string> = {}) {
  const { status, headers: told } = await send(gateway.url, { wire: 'openai', model, text, headers }).answer;
  return { status, plan: String(told['x-tierline-plan']), id: String(told['x-tierline-request-id']) };
}

describe('over a configuration that routes', () => {
  test('calls keep their task and nothing else: no route, no gate, no canary; and one value turns it all on', async (t) => {
    const folder = temporaryFolder(t);
    const gateway = await startGateway(t, { folder, config: routing(true) });
    const DESK = { 'x-app': 'desk' };
    const seen = await ask(gateway, 'strong', 'observed', DESK);
    assert.equal(seen.status, 200);
    assert.equal(seen.plan, 'the request matches the task labels; observing: the client asked for strong');
    const auto = await ask(gateway, 'auto/labels', 'observed', DESK);
    assert.match(auto.plan, /observing: the client asked for auto\/labels, which is the baseline strong/);
    assert.deepEqual(
      upstream.visitsOf('observed').map(({ body }) => body.model),
      ['gpt-4o', 'gpt-4o'],
    );
    for (const { id } of [seen, auto]) {
      const row = await gateway.row(id);
      assert.deepEqual(
        [row.task, row.model, row.attempts.length, row.attempts[0]?.verdicts],
        ['labels', 'strong', 1, null],
      );
      expectOwnBaseline(row);
    }
    const path = join(folder, 'tierline.yaml');
    const place = { server: { port: 0 }, ledger: { path: join(folder, 'ledger.db') } };
    writeFileSync(path, stringify({ ...place, ...routing(false) }));
    await gateway.printed(/configuration reloaded/);
    const routedCall = await ask(gateway, 'strong', 'routed', DESK);
    assert.match(routedCall.plan, /cascade cheap > strong/);
    assert.deepEqual(
      upstream
        .visitsOf('routed')
        .slice(0, 2)
        .map(({ body }) => body.model),
      ['gpt-4o-mini', 'gpt-4o'],
    );
    await gateway.stop();
    const { stdout } = await run(['report', '--json', '--config', path], { cwd: folder });
    const { rows } = JSON.parse(stdout) as { rows: { key: string; canaries: number; calls: number }[] };
    assert.deepEqual(
      rows.map(({ key, calls }) => [key, calls]),
      [['labels', 3]],
    );
    assert.equal(upstream.visitsOf('observed').length, 2, 'no canary asked again');
  });

  test('a report on observed calls shows what they cost, what is unknown, and no savings', async (t) => {
    const folder = temporaryFolder(t);
    const gateway = await startGateway(t, { folder, config: routing(false), args: ['--observe'] });
    await gateway.printed(/Observing {11}every call goes to the model it asks for/);
    for (const model of ['strong', 'claude', 'gpt-of-tomorrow'])
      assert.equal((await ask(gateway, model, 'told')).status, 200);
    await gateway.stop();
    const { stdout } = await run(['report', '--json', '--by', 'model'], { cwd: folder });
    const { rows, total } = JSON.parse(stdout) as Record<'rows', Record<string, unknown>[]> & {
      total: Record<string, unknown>;
    };
    assert.deepEqual([total.calls, total.costUnknown, total.savingsNanoUsd], [3, 1, 0]);
    assert.deepEqual(new Set(rows.map(({ key }) => key)), new Set(['strong', 'claude', 'openai/gpt-of-tomorrow']));
    assert.equal(total.costNanoUsd, total.baselineNanoUsd);
  });

  test('an edit of the file does not end what --observe has begun', async (t) => {
    const folder = temporaryFolder(t);
    const gateway = await startGateway(t, { folder, config: routing(false), args: ['--observe'] });
    const place = { server: { port: 0 }, ledger: { path: join(folder, 'ledger.db') } };
    writeFileSync(join(folder, 'tierline.yaml'), stringify({ ...place, ...routing(false), strict: true }));
    await gateway.printed(/configuration reloaded/);
    const { plan } = await ask(gateway, 'strong', 'edited', { 'x-app': 'desk' });
    assert.match(plan, /observing: the client asked for strong/);
  });

  test('limits that protect still hold', async (t) => {
    const config = {
      observe: true,
      providers: {
        ...providers(),
        local: { ...keys, dialect: 'openai', base_url: `${upstream.url}/v1`, private: true },
      },
      models: { house: 'local/house', strong: 'openai/gpt-4o' },
      baseline: 'strong',
      tasks: { secret: { private: true, match: { header: { 'x-app': 'clinic' } }, route: 'house' } },
      ...FAST,
    };
    const gateway = await startGateway(t, { config });
    const CLINIC = { 'x-app': 'clinic' };
    for (const model of ['strong', 'gpt-4o-mini', 'auto', 'openai/gpt-of-tomorrow'])
      assert.equal((await ask(gateway, model, 'leaked', CLINIC)).status, 403, model);
    assert.equal((await ask(gateway, 'house', 'kept', CLINIC)).status, 200);
    assert.equal(upstream.visitsOf('leaked').length, 0);
  });
});

test('the router of a process observes as well', async (t) => {
  const router = await createRouter(routing(true), { ledger: false });
  t.after(() => router.close());
  const request = { model: 'strong', messages: says('in process') };
  const { facts } = await router.chat(request, { headers: { 'x-app': 'desk' } });
  assert.deepEqual([facts.task, facts.model, facts.baselineModel], ['labels', 'strong', 'strong']);
  assert.equal(lastVisit('in process').body.model, 'gpt-4o');
  assert.deepEqual(
    router.explain(request).plan?.attempts.map(({ model }) => model),
    ['strong'],
  );
});

test('check says that it observes', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'tierline.yaml');
  writeFileSync(path, stringify(routing(true)));
  const { stdout, code } = await run(['check', path], { cwd: folder });
  assert.match(
    stdout,
    /note +observe\n +every call goes to the model it asks for.*routes and gates, rollouts, canaries rest/,
  );
  assert.equal(code, 0, stdout);
});
