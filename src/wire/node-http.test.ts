import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import nodeHttp from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { http } from './node-http.ts';

test('it is node:http itself', () => {
  assert.equal(http.createServer, nodeHttp.createServer);
  assert.equal(http.STATUS_CODES[404], 'Not Found');
});

test('using it loads nothing of undici, which an import would', async () => {
  const isLoaded = async (script: string): Promise<string> => {
    const said = 'console.log(process.moduleLoadList.some((name) => name.includes("undici")))';
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', `${script};${said}`]);
    return (await run).stdout.trim();
  };
  const ours = path.join(import.meta.dirname, 'node-http.ts');
  assert.equal(await isLoaded(`import { http } from ${JSON.stringify(ours)}; http.createServer()`), 'false');
  assert.equal(await isLoaded('import http from "node:http"; http.createServer()'), 'true');
});
