// A gateway whose store of objects cannot be written: calls are answered, what cannot be remembered is told in the log, and a
// reload of the configuration goes through.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toFile } from 'openai';
import { openDatabase } from '../../src/ledger/sqlite.ts';
import { FilesUpstream } from './files-upstream.ts';
import { clientOf, create, refused, startStateful } from './stateful-gateway.ts';
import { fileScope, startGateway, temporaryFolder } from './support.ts';

const scope = fileScope();

test('calls are answered while nothing can be bound', async () => {
  const { gateway, as } = await startStateful(scope);
  const lock = openDatabase(`${gateway.ledgerPath}.objects`);
  lock.exec('BEGIN IMMEDIATE');
  try {
    const { response } = await create(as('acme'), { model: 'chat', input: 'one' });
    assert.equal(response.status, 'completed');
    assert.match(gateway.stderr, /request req_\w+ failed: .*database is locked/);
  } finally {
    lock.exec('ROLLBACK');
    lock.close();
  }
  const { response } = await create(as('acme'), { model: 'chat', input: 'two' });
  const next = await create(as('acme'), { model: 'chat', input: 'three', previous_response_id: response.id });
  assert.equal(next.response.status, 'completed');
});

test('a file that cannot be remembered is named in the log alone, and a reload is in force', async () => {
  const upstream = await new FilesUpstream().listen(scope);
  const folder = temporaryFolder(scope);
  const gateway = await startGateway(scope, {
    folder,
    config: {
      providers: { openai: { api_key: 'k', base_url: `${upstream.url}/v1` } },
      models: { mini: 'openai/gpt-5.4-mini' },
      keys: { acme: { key: 'key-of-acme', tenant: 'acme' } },
    },
  });
  const client = clientOf(gateway, 'acme');
  const upload = async (): Promise<unknown> =>
    client.files.create({ purpose: 'batch', file: await toFile(Buffer.from('{}\n'), 'b.jsonl') });
  const lock = openDatabase(`${gateway.ledgerPath}.objects`);
  lock.exec('BEGIN IMMEDIATE');
  try {
    await refused(upload(), { status: 500, code: 'internal' });
    const id = String(upstream.files[0]?.id);
    assert.match(gateway.stderr, new RegExp(`the file ${id} of acme lies at openai, and cannot be remembered`));
    const path = join(folder, 'tierline.yaml');
    writeFileSync(path, readFileSync(path, 'utf8').replace('mini: openai', 'other: openai'));
    gateway.child.kill('SIGHUP');
    await gateway.printed(/configuration reloaded/);
    const names = (await client.models.list()).data.map((model) => model.id);
    assert.ok(names.includes('other'), names.join(', '));
  } finally {
    lock.exec('ROLLBACK');
    lock.close();
  }
  await upload();
  assert.equal(gateway.child.exitCode, null);
});
