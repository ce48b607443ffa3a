import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { folderWith, scriptedConfig } from '../lifecycle/evaluate/scripted.fixture.ts';
import { parseSamples } from '../lifecycle/samples/read-samples.ts';
import { evaluateImportCommand } from './evaluate-import.ts';

describe('importing tests of promptfoo', () => {
  const YAML =
    "prompts: ['{{q}}']\ntests: [{ vars: { q: [a, b] }, assert: [{ type: contains, value: a }, { type: python, value: x }] }]";

  function prepared(t: TestContext) {
    const folder = folderWith(t, { 'promptfooconfig.yaml': YAML });
    const config = scriptedConfig(folder, 'http://127.0.0.1:1/v1', '{ t: { route: small } }');
    const file = join(folder, 'promptfooconfig.yaml');
    const target = join(folder, 'tierline/evaluation/t.jsonl');
    let page = '';
    const io = { print: (text: string) => void (page += text), warn: () => undefined, isTTY: false };
    const run = (more: object = {}) => {
      page = '';
      const code = evaluateImportCommand({ config, file, task: 't', ...more }, io);
      return { code, page };
    };
    return { run, target };
  }

  test('adds what is new, tells what is left out, and ends with 2 then', (t) => {
    const { run, target } = prepared(t);
    const first = run();
    assert.equal(first.code, 2);
    assert.match(
      first.page,
      /^2 samples were added to .*t\.jsonl\.\nLeft out, 2 in all:\n {2}tests\[0\]: the assertion python is left out/,
    );
    assert.equal(parseSamples(readFileSync(target, 'utf8'), target).samples.length, 2);
    assert.match(run().page, /^0 samples were added to .*, 2 ask what is asked already\./);
    assert.equal(parseSamples(readFileSync(target, 'utf8'), target).folded, 0);
    assert.equal((JSON.parse(run({ replace: true, json: true }).page) as { added: number }).added, 2);
  });

  test('writes nothing when it is only tried', (t) => {
    const { run, target } = prepared(t);
    assert.match(run({ dryRun: true }).page, /^2 samples would be added/);
    assert.throws(() => readFileSync(target), /ENOENT/);
  });

  test('refuses a task or judge that nobody configured', (t) => {
    const { run } = prepared(t);
    assert.throws(() => run({ task: 'u' }), /There is no task "u"\. Tasks: t\./);
    assert.throws(() => run({ judge: 'nobody' }), /There is no model "nobody"\. Models: small, mid, judge\./);
  });
});
