import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseConfig } from '../config/load.ts';
import { folderWith } from '../lifecycle/evaluate/scripted.fixture.ts';
import type { Readiness } from '../lifecycle/ready/point.ts';
import { type ReadyCommandOptions, readyCommand } from './ready.ts';

const TEXT = `
providers: { local: { dialect: openai, base_url: "http://127.0.0.1:1/v1" } }
models: { small: { use: local/s, tier: small, price: { input: 1, output: 1 } } }
tasks: { t: { owner: us, route: small } }
`;

function ready(t: TestContext, more: Partial<ReadyCommandOptions> = {}) {
  const folder = folderWith(t, { 'tierline.yaml': TEXT });
  const path = join(folder, 'tierline.yaml');
  const config = parseConfig(TEXT, { file: path, env: {} });
  let page = '';
  const usual = { config, path, sentence: 'Configuration: tierline.yaml', maxAgeMs: 1, minSamples: 1, nowMs: 0 };
  const code = readyCommand({ ...usual, ...more }, (text) => (page += text));
  return { code, page };
}

test('the verdict comes first, then a point a line, each with what mends it', (t) => {
  const { code, page } = ready(t);
  assert.equal(code, 1);
  assert.match(page, /^Not ready: \d+ points are missing, \d+ open, \d+ done\.\nConfiguration: tierline\.yaml\n\nt\n/);
  assert.match(page, /\n {2}ok {7}owner {11}belongs to us\n/);
  assert.match(page, /\n {2}missing {2}gate {12}nothing checks its answers\n {27}-> tasks\.t\.accept\n/);
  assert.match(page, /\n\nThe configuration as a whole\n {2}ok {7}keys/);
});

test('programs get the same as JSON', (t) => {
  const { code, page } = ready(t, { json: true });
  const data = JSON.parse(page) as Readiness;
  assert.equal(data.isReady, code === 0);
  assert.deepEqual(
    data.groups.map(({ task }) => task),
    ['t', null],
  );
  const points = data.groups.flatMap((group) => group.points);
  assert.equal(points.length, data.counts.ok + data.counts.missing + data.counts.open);
});
