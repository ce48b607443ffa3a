// What the ledger is for: a row whose record() has resolved survives kill -9, once, whoever dies when.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLedger } from './ledger.ts';
import { journalDirectory } from './segments.ts';
import { openDatabase } from './sqlite.ts';

const ROUNDS = 12;

/** A child that has not ended by itself after this is killed, and its test fails instead of waiting for ever. */
const PATIENCE_MS = 60_000;

/** Records rows without end (or `limit`) and says each id once record() has resolved. */
const CHILD = `
  const { openLedger } = await import(${JSON.stringify(new URL('./ledger.ts', import.meta.url).href)});
  const { sampleRow } = await import(${JSON.stringify(new URL('./sample-row.test.ts', import.meta.url).href)});
  const { writeSync } = await import('node:fs');
  const [path, name, limit] = process.argv.slice(1);
  const ledger = openLedger({ path, rotateBytes: 40_000 });
  for (let number = 0; number < Number(limit); number++) {
    const id = name + '-' + number;
    const row = sampleRow({ id, atMs: Date.UTC(2026, 2, 1) + number * 60_000, tenant: 't' + (number % 3) });
    const written = ledger.record(row).then(() => writeSync(1, id + '\\n'));
    // Several rows share a turn, as they do under load.
    if (number % 5 === 4) await written;
    if (number % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await ledger.close();
`;

interface Child {
  process: ChildProcess;
  /** Resolves once it has told its first id. */
  begun: Promise<void>;
  /** The ids it told; rejects when it fails instead of finishing or being killed. */
  ids: Promise<string[]>;
}

/** The child tells into a file: unlike a pipe, that never makes it wait or fail. */
function startChild(t: TestContext, start: { path: string; name: string; limit: number }): Child {
  const { path, name, limit } = start;
  const told = `${path}.told-${name}`;
  const fd = openSync(told, 'w');
  const child = spawn(process.execPath, ['--input-type=module', '-e', CHILD, path, name, String(limit)], {
    stdio: ['ignore', fd, 'inherit'],
  });
  closeSync(fd);
  t.after(() => child.kill('SIGKILL'));
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, PATIENCE_MS);
  const ids = new Promise<string[]>((resolve, reject) => {
    child.on('close', (code, signal) => {
      clearTimeout(late);
      if (isLate) reject(new Error(`the child ${name} has not ended after ${PATIENCE_MS} ms`));
      // The last piece is either empty or an id that was cut off while it was told.
      else if (code === 0 || signal === 'SIGKILL') resolve(readFileSync(told, 'utf8').split('\n').slice(0, -1));
      else reject(new Error(`the child ended with ${code ?? signal}`));
    });
  });
  const begun = new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (statSync(told).size === 0 && child.exitCode === null && child.signalCode === null) return;
      clearInterval(look);
      resolve();
    }, 3);
  });
  return { process: child, begun, ids };
}

/** A child that would go on for ever, were it not killed this long after its first row. */
async function runAndKill(t: TestContext, start: { path: string; name: string; afterMs: number }): Promise<string[]> {
  const child = startChild(t, { ...start, limit: Infinity });
  await child.begun;
  await sleep(start.afterMs);
  child.process.kill('SIGKILL');
  return child.ids;
}

function temporaryPath(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'tierline-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'ledger.sqlite');
}

/** Opens the ledger once more, as the next gateway would, and checks it against what the children told. */
async function verify(path: string, told: string[]): Promise<void> {
  const ledger = openLedger({ path });
  await ledger.flush();
  await ledger.close();
  const db = openDatabase(path, { readOnly: true });
  const calls = db
    .prepare('SELECT id FROM calls')
    .all()
    .map((row) => String(row['id']));
  const known = new Set(calls);
  assert.equal(known.size, calls.length, 'no row twice');
  assert.deepEqual(
    told.filter((id) => !known.has(id)),
    [],
    'every row that was told',
  );
  assert.deepEqual(
    db.prepare('SELECT hour, tenant, calls, attempts, cost_nano_usd, input_tokens FROM rollups ORDER BY 1, 2').all(),
    db
      .prepare(
        `SELECT at_ms / 3600000 AS hour, calls.tenant, COUNT(*) AS calls, COUNT(attempts.idx) AS attempts,
                SUM(calls.cost_nano_usd) AS cost_nano_usd, SUM(calls.input_tokens) AS input_tokens
         FROM calls LEFT JOIN attempts ON attempts.call_seq = calls.seq GROUP BY 1, 2 ORDER BY 1, 2`,
      )
      .all(),
    'rollups are the sums of the rows',
  );
  db.close();
  assert.deepEqual(readdirSync(journalDirectory(path)), [], 'nothing is left to apply');
}

test('no row that was recorded is lost or doubled when the process is killed at any moment', async (t) => {
  const path = temporaryPath(t);
  const told: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const ids = await runAndKill(t, { path, name: `round${round}`, afterMs: Math.random() * 150 });
    assert.ok(ids.length > 0);
    told.push(...ids);
  }
  await verify(path, told);
});

test('two processes share a ledger while others are killed beside them', async (t) => {
  const path = temporaryPath(t);
  const living = ['x', 'y'].map((name) => startChild(t, { path, name, limit: 1500 }).ids);
  const killed = await runAndKill(t, { path, name: 'dead1', afterMs: 60 });
  const killedLater = await runAndKill(t, { path, name: 'dead2', afterMs: 20 });
  const told = [...(await Promise.all(living)).flat(), ...killed, ...killedLater];
  assert.equal(told.filter((id) => /^[xy]-/.test(id)).length, 3000);
  await verify(path, told);
});

test('an open ledger with nothing to do does not keep the process alive', async (t) => {
  const path = temporaryPath(t);
  const url = JSON.stringify(new URL('./ledger.ts', import.meta.url).href);
  const script = `const { openLedger } = await import(${url}); openLedger({ path: process.argv[1] });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, path], { stdio: 'pipe' });
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints += String(text);
  });
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  t.after(() => child.kill('SIGKILL'));
  const ended = await new Promise((resolve) => child.on('close', (code, signal) => resolve([code, signal])));
  clearTimeout(late);
  assert.deepEqual([ended, complaints], [[0, null], '']);
});
