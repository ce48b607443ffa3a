import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCatalog } from '../../catalog/catalog.ts';
import { compilePolicy, modelPartsOf } from '../../compile-policy.ts';
import { parseConfig } from '../../config/load.ts';
import { record, state } from '../../policy/sample.test.ts';
import { findUnpriced, findUnprofitable } from './worth.ts';

/** The cheap model costs a fifth of the dear one, so it pays when a fifth of its answers pass. */
function told(output: string, passed: number | null, judged = 100): string[] {
  const text = `
providers: { local: { dialect: openai, base_url: "http://h/v1" } }
models:
  cheap: { use: local/a, tier: small, price: { input: 1, output: 1 } }
  dear: { use: local/b, tier: frontier, price: { input: 5, output: 5 } }
tasks: { t: { output: { ${output} }, route: { cascade: [cheap, dear], attempt_timeout: 1s } } }`;
  const config = parseConfig(text, { file: '/t.yaml', env: {} });
  const policy = compilePolicy(config, modelPartsOf(config, createCatalog()));
  const known = passed === null ? null : record({ passed, judged });
  const recordOf = (of: string | null, name: string) => (of === 't' && name === 'cheap' ? known : null);
  const findings = findUnprofitable(config.tasks, policy, state({ recordOf }));
  return findings.map(({ level, at, say }) => `${level} ${at}: ${say}`);
}

test('a cascade whose first model passes too seldom does not pay, with the arithmetic', () => {
  const sums = 'At 1000 tokens in, cheap costs $0.0011 and dear $0.0055';
  assert.deepEqual(told('typical_tokens: 100', 10), [
    `warning tasks.t.route: trying cheap before dear does not pay: at least 20 % of its answers have to pass, and 10 % do (at least 5.5 %, of 100 judged). ${sums}: on average a try spares $0.00055`,
  ]);
  assert.deepEqual(told('typical_tokens: 100', 90), [
    `note tasks.t.route: trying cheap before dear pays: at least 20 % of its answers have to pass, and 90 % do (at least 82.6 %, of 100 judged). ${sums}: on average a try spares $0.00495`,
  ]);
});

test('what the operator expects counts until something was measured', () => {
  assert.match(
    told('typical_tokens: 100, pass_rate: 10%', null)[0] ?? '',
    /^warning .*10 % are expected to\. .* spares \$0\.00055$/,
  );
  assert.match(told('typical_tokens: 100, pass_rate: 90%', null)[0] ?? '', /^note .*90 % are expected to/);
  assert.match(told('typical_tokens: 100, pass_rate: 10%', 90)[0] ?? '', /^note .*90 % do/);
  assert.match(told('typical_tokens: 100, pass_rate: 10%', 0, 0)[0] ?? '', /^warning .*10 % are expected to/);
  assert.match(
    told('typical_tokens: 100', null)[0] ?? '',
    /^note .*pays when at least 20 % of its answers pass; how many do is not known yet/,
  );
});

test('a model is unpriced when what it does has no price: an answer does for chat, only input for embeddings', () => {
  const text = `
providers: { local: { dialect: openai, base_url: "http://h/v1" } }
models:
  talks: { use: local/a, price: { input: 1, output: 1 } }
  half: { use: local/b, price: { input: 1 } }
  vectors: { use: local/c, kind: embedding, price: { input: 1 } }
  free-form: { use: local/d, kind: embedding }`;
  const config = parseConfig(text, { file: '/t.yaml', env: {} });
  const policy = compilePolicy(config, modelPartsOf(config, createCatalog()));
  assert.deepEqual(
    findUnpriced(policy, 0).map(({ at }) => at),
    ['models.half', 'models.free-form'],
  );
});
