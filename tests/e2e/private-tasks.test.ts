// That a private task never reaches a public place, through the real process: neither by chance, nor when the private one
// fails, nor when a client names the model.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { answer, errorBody, type ScriptedUpstream, sendJson, startScriptedUpstream } from './scripted-upstream.ts';
import { eventually, fileScope, type GatewayProcess, readRows, startGateway } from './support.ts';
import { ask, expectError } from './wire-client.ts';

const scope = fileScope();
let open: ScriptedUpstream;
let home: ScriptedUpstream;
let gateway: GatewayProcess;

before(async () => {
  open = await startScriptedUpstream();
  home = await startScriptedUpstream();
  scope.after(async () => void (await Promise.all([open.close(), home.close()])));
  const provider = (url: string, dialect = 'openai') => ({ dialect, base_url: `${url}/v1`, api_key: 'kkkk' });
  const counter = (url: string) => provider(url, 'anthropic');
  gateway = await startGateway(scope, {
    config: {
      providers: {
        open: provider(open.url),
        home: { ...provider(home.url), private: true },
        'open-counter': counter(open.url),
        'home-counter': { ...counter(home.url), private: true },
      },
      models: {
        both: { deployments: [{ use: 'open/m', weight: 1000 }, { use: 'home/m' }] },
        public: { use: 'open/m' },
        counted: { deployments: [{ use: 'open-counter/m', weight: 1000 }, { use: 'home-counter/m' }] },
      },
      default: 'both',
      keys: { web: 'key-of-the-web', discreet: { key: 'key-of-the-discreet', tenant: 'discreet' } },
      tenants: { discreet: { private: true } },
      tasks: {
        notes: { private: true, route: 'both' },
        counts: { private: true, route: 'counted' },
        judged: {
          route: { cascade: ['both', 'counted'] },
          accept: [{ judge: { model: 'public', rubric: 'Good.', min: 0.5 } }],
        },
      },
      retries: { base_delay: '1ms', max_delay: '1ms' },
    },
  });
});

const send = (text: string, model: string, headers: Record<string, string> = {}) =>
  ask(gateway.url, { wire: 'openai', model, text, headers: { authorization: 'Bearer key-of-the-web', ...headers } });
const count = (text: string) =>
  fetch(`${gateway.url}/v1/messages/count_tokens`, {
    method: 'POST',
    headers: { 'x-api-key': 'key-of-the-web' },
    body: JSON.stringify({ model: 'auto/counts', messages: [{ role: 'user', content: text }] }),
  });

test('every call of a private task goes to the private place, however small its share', async () => {
  for (let index = 0; index < 20; index++) assert.equal((await send('private', 'auto/notes')).status, 200);
  assert.deepEqual([open.visitsOf('private').length, home.visitsOf('private').length], [0, 20]);
  for (let index = 0; index < 20; index++) assert.equal((await send('other', 'auto')).status, 200);
  assert.ok(open.visitsOf('other').length > 0, 'calls of no task may go anywhere');
});

test('a failing private place is tried again and never replaced by a public one', async () => {
  home.on('failing', (visit) => sendJson(visit, 500, errorBody('openai', 'down')));
  open.on('failing', answer);
  const failed = await send('failing', 'auto/notes');
  expectError(failed, 'openai', 500);
  assert.equal(open.visitsOf('failing').length, 0);
  assert.ok(home.visitsOf('failing').length > 1);
});

test('a model named by the client is guarded by the task of the call, and the refusal is in the ledger', async () => {
  const refused = await send('named', 'public', { 'x-tierline-task': 'notes' });
  assert.match(expectError(refused, 'openai', 403).message, /"public" cannot be used here .*the task notes is private/);
  assert.equal(open.visitsOf('named').length, 0);
  const row = await eventually(() =>
    readRows(gateway.ledgerPath).find(({ errorCode }) => errorCode === 'model_not_allowed'),
  );
  assert.deepEqual([row.httpStatus, row.task, row.attempts.length], [403, 'notes', 0]);
  assert.match(row.reasons.at(-1)?.say ?? '', /public skipped: .*the task notes is private/);
});

test('the tokens of a private task are counted at the private place', async () => {
  home.on('counting', (visit) => sendJson(visit, 200, { input_tokens: 7 }));
  open.on('counting', (visit) => sendJson(visit, 200, { input_tokens: 8 }));
  for (let index = 0; index < 5; index++) assert.deepEqual(await (await count('counting')).json(), { input_tokens: 7 });
  assert.deepEqual([open.visitsOf('counting').length, home.visitsOf('counting').length], [0, 5]);
});

test("a count that is no JSON is the provider's mistake", async () => {
  home.on(
    'garbled',
    (visit) => void visit.response.writeHead(200, { 'content-type': 'application/json' }).end('<html>'),
  );
  const answered = await count('garbled');
  assert.equal(answered.status, 502);
  assert.match(await answered.text(), /provider/);
});

test('a judge at a public place sees nothing of a private tenant, whose answers nobody vouches for then', async () => {
  const asked = await send('secret', 'auto/judged', { authorization: 'Bearer key-of-the-discreet' });
  assert.equal(asked.status, 200);
  assert.ok(
    open.visits.every(({ text }) => !text.includes('secret')),
    'the open provider has seen the text',
  );
  const rows = await eventually(() => {
    const found = readRows(gateway.ledgerPath).filter(({ tenant }) => tenant === 'discreet');
    return found.length > 0 ? found : undefined;
  });
  assert.match(JSON.stringify(rows[0]?.attempts[0]?.verdicts), /no private deployment, the tenant discreet is private/);
  const others = await send('open secret', 'auto/judged');
  assert.equal(others.status, 200);
  assert.ok(open.visits.some(({ text }) => text.includes('open secret') && text.includes('Good.')));
});
