import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isObject } from '../call/json.ts';
import { configJsonSchema } from './json-schema.ts';
import { loadConfig, parseConfig } from './load.ts';
import { configSchema } from './schema.ts';

const fileOf = (name: string): URL => new URL(`../../${name}`, import.meta.url);
const PAGE = readFileSync(fileOf('docs/configuration.md'), 'utf8');
const KEYS_OF_EXAMPLES = [
  'TIERLINE_KEY',
  'TIERLINE_BATCH_KEY',
  'TIERLINE_TRIAL_KEY',
  'ANTHROPIC_API_KEY',
  'OPENAI_API_KEY',
  'GEMINI_API_KEY',
  'AZURE_OPENAI_API_KEY',
  'MISTRAL_API_KEY',
  'ALERT_SECRET',
  'SLACK_URL',
];
const valueOf = (name: string): string =>
  name.endsWith('_URL') ? `https://${name.toLowerCase().replaceAll('_', '-')}.example.com` : `value-of-${name}`;
const ENV = Object.fromEntries(KEYS_OF_EXAMPLES.map((name) => [name, valueOf(name)]));

/** Every key the schema has, at whatever depth. */
function keysOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keysOf);
  if (!isObject(schema)) return [];
  const own = isObject(schema.properties) ? Object.keys(schema.properties) : [];
  return [...own, ...Object.values(schema).flatMap(keysOf)];
}

test('the schema describes what people write, not what it becomes', () => {
  const schema = configJsonSchema();
  assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
  assert.equal(schema.additionalProperties, false);
  const { server, models, tiers } = schema.properties as Record<string, Record<string, unknown>>;
  const { properties } = server as { properties: Record<string, { type?: unknown; default?: unknown }> };
  assert.deepEqual(properties.shutdown_grace?.type, ['string', 'number']);
  const model = models?.additionalProperties as { anyOf: { type: string }[] };
  assert.deepEqual(
    model.anyOf.map(({ type }) => type),
    ['string', 'object'],
  );
  assert.deepEqual(tiers?.default, ['small', 'mid', 'frontier']);
});

test('the schema needs nothing and is plain JSON', () => {
  const schema = configJsonSchema();
  assert.equal(schema.required, undefined);
  assert.deepEqual(JSON.parse(JSON.stringify(schema)), schema);
});

test('every key of the schema is on the page of the configuration', () => {
  const keys = new Set(keysOf(configJsonSchema()));
  assert.ok(keys.size > 70, `only ${keys.size} keys were found`);
  assert.deepEqual(
    [...keys].filter((key) => !PAGE.includes(`\`${key}\``)),
    [],
  );
});

test('every section has its own heading and an example', () => {
  for (const section of Object.keys(configSchema.shape)) {
    const [, text = ''] = PAGE.split(`\n## \`${section}\`\n`);
    assert.ok(text.split('\n## ')[0]?.includes('```yaml'), section);
  }
});

test('every example on the page loads', () => {
  const examples = [...PAGE.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
  assert.ok(examples.length >= 15);
  const env = new Proxy<Record<string, string>>({}, { get: (_, name) => valueOf(String(name)) });
  for (const text of examples) {
    const value = readExample(text);
    assert.doesNotThrow(
      () =>
        parseConfig(value, { file: fileOf('examples/tierline.yaml').pathname, env: { ...ENV, ...envOf(text, env) } }),
      text,
    );
  }
});

/** The example, with the providers, models and keys that it takes for granted. */
function readExample(text: string): string {
  const has = (section: string): boolean => new RegExp(`^${section}:`, 'm').test(text);
  const [, provider = 'simulated'] = /^ {2}(\w+): \{/m.exec(has('providers') ? text : '') ?? [];
  const tier = has('tiers') ? '' : ', tier: mid';
  const parts = [
    has('providers') ? '' : 'providers: { openai: {}, anthropic: {}, openrouter: {}, simulated: {} }',
    has('models')
      ? ''
      : `models: { sonnet: { use: ${provider}/sim-mid${tier} }, opus: ${provider}/a, small: ${provider}/b }`,
    has('server') ? 'keys: [some-key]' : '',
    text,
  ];
  return parts.join('\n');
}

function envOf(text: string, env: Record<string, string>): Record<string, string> {
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
  return Object.fromEntries([...names, 'OPENROUTER_API_KEY'].map((name) => [name, env[name] ?? '']));
}

test('the small example loads', () => {
  const config = loadConfig({ path: fileOf('examples/tierline.yaml').pathname, env: ENV });
  assert.deepEqual([...config.models.keys()], ['haiku', 'sonnet', 'gpt']);
  assert.equal(config.baseline, 'sonnet');
  assert.equal(config.tasks.get('ticket-triage')?.route.targets.length, 2);
});

test('the full example loads and has every key', () => {
  const path = fileOf('examples/full.yaml').pathname;
  const config = loadConfig({ path, env: ENV });
  assert.equal(config.server.port, 4400);
  assert.equal(config.providers.size, 7);
  const text = readFileSync(path, 'utf8');
  const missing = keysOf(configJsonSchema()).filter((key) => !new RegExp(`(^|[\\s{,])${key}:`, 'm').test(text));
  assert.deepEqual(missing, []);
});

test('the defaults that the full example shows are the defaults', () => {
  const full = loadConfig({ path: fileOf('examples/full.yaml').pathname, env: ENV });
  const bare = parseConfig('providers: { simulated: {} }\nmodels: { m: simulated/x }', {
    file: fileOf('examples/x.yaml').pathname,
    env: {},
  });
  for (const section of [
    'timeouts',
    'retries',
    'breaker',
    'ledger',
    'answer',
    'contextGuardShare',
    'isStrict',
    'tiers',
  ] as const)
    assert.deepEqual(full[section], bare[section], section);
  assert.deepEqual({ ...full.server, host: '' }, { ...bare.server, host: '' });
  assert.deepEqual({ ...full.alerts, sinks: [] }, { ...bare.alerts, sinks: [] });
});
