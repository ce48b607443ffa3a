import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { GateProblem, loadPeer, resolvePeer } from './peer.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'tierline-peer-'));
after(() => rmSync(folder, { recursive: true }));

function install(name: string, source: string): void {
  const place = path.join(folder, 'node_modules', name);
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, 'package.json'), JSON.stringify({ name, type: 'module', exports: './index.js' }));
  writeFileSync(path.join(place, 'index.js'), source);
}

test("a package beside the configuration goes before Tierline's own", () => {
  install('tinyld', 'export const mine = 1;');
  assert.equal((loadPeer('tinyld', folder) as { mine?: number }).mine, 1);
  assert.equal((loadPeer('tinyld', path.join(folder, 'deeper')) as { mine?: number }).mine, 1);
  assert.equal((loadPeer('tinyld', import.meta.dirname) as { mine?: number }).mine, undefined);
});

test('a package that is not installed is told with the way to get it', () => {
  assert.throws(
    () => loadPeer('tierline-has-no-such-package', folder),
    (error) =>
      error instanceof GateProblem &&
      error.message === 'needs the package tierline-has-no-such-package, which is not installed' &&
      error.hint === 'Run: npm install tierline-has-no-such-package',
  );
});

test('a package is found without being run', () => {
  install('tierline-breaks', 'throw new Error("wrong Node");');
  assert.equal(resolvePeer('tierline-breaks', folder), path.join(folder, 'node_modules/tierline-breaks/index.js'));
  assert.throws(() => resolvePeer('tierline-has-no-such-package', folder), /which is not installed/);
});

test('a package that breaks while it loads is told with its reason', () => {
  install('tierline-broken', 'throw new Error("wrong Node");');
  assert.throws(() => loadPeer('tierline-broken', folder), /tierline-broken cannot be loaded: wrong Node/);
});
