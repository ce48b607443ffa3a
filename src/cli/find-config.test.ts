import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigError } from '../config/problem.ts';
import { findConfig, findUsableConfig } from './find-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'tierline-found-'));
after(() => rmSync(folder, { recursive: true }));

function put(tasks: string): string {
  const file = join(folder, 'tierline.yaml');
  const models = `providers: { simulated: {} }
models:
  small: { use: simulated/sim-small, tier: small }
  large: { use: simulated/sim-frontier, tier: frontier }
`;
  writeFileSync(file, models + tasks);
  return file;
}

const never = (sentence: string): never => assert.fail(sentence);

test('a configuration whose artifacts are still to be made is usable: by the command that makes them', () => {
  const file = put(`tasks:
  one: { route: { predict: not-yet.json } }
  two: { route: { cascade: [small, large] }, accept: [{ learned: { artifact: nor-this.json } }] }
`);
  const config = findUsableConfig(file, never);
  assert.equal(config?.models.get('small')?.deployments[0]?.upstreamModel, 'sim-small');
  assert.throws(() => findConfig(file), /there is no file .*not-yet\.json[^]*there is no file .*nor-this\.json/);
});

test('any other problem of a file that was named is still one', () => {
  const file = put(`tasks:
  one: { route: { predict: not-yet.json, among: [smal, large] } }
  two: { route: { predict: . } }
`);
  assert.throws(
    () => findUsableConfig(file, never),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(
        error.problems.map(({ message }) => message.replace(folder, '')),
        ['there is no model "smal"', ' is no file'],
      );
      return true;
    },
  );
});
