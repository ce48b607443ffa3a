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
  const provider = (url: string) => ({ dialect: 'openai', base_url: `${url}/v1`, api_key: 'kkkk' });
  gateway = await startGateway(scope, {
    config: {
      providers: { open: provider(open.url), home: { ...provider(home.url), private: true } },
      models: {
        both: { deployments: [{ use: 'open/m', weight: 1000 }, { use: 'home/m' }] },
        public: { use: 'open/m' },
      },
      default: 'both',
      tasks: { notes: { private: true, route: 'both' } },
      retries: { base_delay: '1ms', max_delay: '1ms' },
    },
  });
});

const send = (text: string, model: string, headers: Record<string, string> = {}) =>
  ask(gateway.url, { wire: 'openai', model, text, headers });

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
  assert.deepEqual([row.httpStatus, row.attempts.length], [403, 0]);
});
