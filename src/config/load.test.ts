import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadConfig } from './load.ts';
import { ConfigError } from './problem.ts';
import { BASE, errorOf, onlyProblemOf, parse, problemsOf } from './sample.test.ts';

test('what is left out has its default', () => {
  const config = parse(BASE);
  assert.deepEqual(config.server, {
    host: '127.0.0.1',
    port: 4400,
    maxBodyBytes: 32 * 1024 * 1024,
    maxDepth: 512,
    shutdownGraceMs: 30_000,
  });
  assert.deepEqual(config.keys, []);
  assert.deepEqual(config.tiers, ['small', 'mid', 'frontier']);
  assert.equal(config.baseline, null);
  assert.equal(config.defaultRoute, null);
  assert.equal(config.isStrict, false);
  assert.deepEqual(config.timeouts, {
    connectMs: 5_000,
    firstByteMs: 120_000,
    idleMs: 60_000,
    totalMs: 600_000,
    keepAliveMs: 5000,
  });
  assert.deepEqual(config.retries, {
    maxAttempts: 3,
    baseDelayMs: 100,
    maxDelayMs: 2_000,
    maxRetryAfterMs: 1_000,
    budgetShare: 0.2,
  });
  assert.deepEqual(config.breaker, { failureShare: 0.5, minExchanges: 20, windowMs: 30_000, cooldownMs: 10_000 });
  assert.deepEqual(config.ledger, { path: '/etc/tierline/.tierline/ledger.db', durability: 'journal' });
  assert.deepEqual(config.answer, { costInUsage: true, headers: true, litellmCompat: false });
  assert.deepEqual(config.objects, { retentionMs: 31_536_000_000, maxBytes: 1_073_741_824 });
  assert.equal(config.contextGuardShare, 0.8);
});

test('every scalar of the file arrives in its unit', () => {
  const config = parse(`${BASE}
server: { host: localhost, port: 0, max_body: 1MB, max_depth: 64, shutdown_grace: 0s }
strict: true
context_guard: 90%
timeouts: { connect: 1s, first_byte: 2s, idle: 3s, total: 1m }
retries: { max_attempts: 1, base_delay: 1ms, max_delay: 2ms, max_wait: 0s, budget: 0.5 }
breaker: { failure_share: 30%, min_requests: 9, window: 1m, cooldown: 5s }
ledger: { path: /var/ledger.db, durability: commit }
answer: { cost_in_usage: false, headers: false, litellm_compat: true }
tiers: [small, mid]
`);
  assert.deepEqual(config.server, {
    host: 'localhost',
    port: 0,
    maxBodyBytes: 1_048_576,
    maxDepth: 64,
    shutdownGraceMs: 0,
  });
  assert.equal(config.isStrict, true);
  assert.equal(config.contextGuardShare, 0.9);
  assert.deepEqual(config.timeouts, {
    connectMs: 1_000,
    firstByteMs: 2_000,
    idleMs: 3_000,
    totalMs: 60_000,
    keepAliveMs: 5_000,
  });
  assert.deepEqual(config.retries, {
    maxAttempts: 1,
    baseDelayMs: 1,
    maxDelayMs: 2,
    maxRetryAfterMs: 0,
    budgetShare: 0.5,
  });
  assert.deepEqual(config.breaker, { failureShare: 0.3, minExchanges: 9, windowMs: 60_000, cooldownMs: 5_000 });
  assert.deepEqual(config.ledger, { path: '/var/ledger.db', durability: 'commit' });
  assert.deepEqual(config.answer, { costInUsage: false, headers: false, litellmCompat: true });
});

test('a ledger in memory keeps its name', () => {
  assert.equal(parse(`${BASE}\nledger: { path: ":memory:" }`).ledger.path, ':memory:');
});

test('numbers, flags and units may come from the environment', () => {
  const text = `${BASE}
server: { port: "\${PORT}", max_body: \${SIZE:-1MB} }
strict: \${STRICT}
timeouts: { total: \${TOTAL} }
retries: { budget: \${BUDGET} }`;
  const config = parse(text, { PORT: '80', STRICT: 'true', TOTAL: '5s', BUDGET: '10%' });
  assert.equal(config.server.port, 80);
  assert.equal(config.server.maxBodyBytes, 1_048_576);
  assert.equal(config.isStrict, true);
  assert.equal(config.timeouts.totalMs, 5_000);
  assert.equal(config.retries.budgetShare, 0.1);
});

test('a placeholder needs no quotes inside braces', () => {
  const config = parse(
    'providers: { openai: { api_key: ${K}, headers: { a: ${A:-x, y} } } }\nmodels: { m: openai/x }',
    {
      K: 'key-of-openai',
    },
  );
  const provider = config.providers.get('openai');
  assert.ok(provider?.kind === 'http');
  assert.equal(provider.apiKey, 'key-of-openai');
  assert.deepEqual(provider.headers, { a: 'x, y' });
});

test('a value from the environment never becomes structure', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (value) => {
      const env = { NOTE: `x ${value}` };
      const task = parse(`${BASE}\ntasks: { t: { route: small, description: \${NOTE} } }`, env).tasks.get('t');
      assert.equal(task?.description, env.NOTE.trim());
      assert.equal(task?.owner, null);
    }),
  );
});

test('a missing variable is told once, with name, path and line', () => {
  const error = errorOf(`${BASE}\nserver:\n  port: \${PORT}\n  host: \${HOST}`);
  assert.deepEqual(
    error.problems.map(({ path, message, line, column }) => [path.join('.'), message, line, column]),
    [
      ['server.port', 'the environment variable PORT is not set', 6, 9],
      ['server.host', 'the environment variable HOST is not set', 7, 9],
    ],
  );
});

test('a section whose lines are all commented out counts as left out', () => {
  assert.equal(parse(`${BASE}\nserver:\n  # port: 1\ntasks:\n`).server.port, 4400);
});

test('anchors and merge keys work', () => {
  const config = parse(`${BASE}
tasks:
  one: &base { route: small, owner: team }
  two: { <<: *base, route: mid }`);
  assert.equal(config.tasks.get('two')?.owner, 'team');
  assert.equal(config.tasks.get('two')?.route.targets[0]?.name, 'mid');
});

test('unknown keys are refused with the nearest known one', () => {
  assert.deepEqual(
    problemsOf(`${BASE}
sever: { port: 1 }
server: { prot: 80 }
timeouts: { firstByte: 5s }
ledger: { zebra: 1 }
tasks: { t: { route: small, match: { when: { hasTools: true } }, ownr: me } }`),
    [
      'sever: there is no such key [Did you mean "server"?]',
      'server.prot: there is no such key [Did you mean "port"?]',
      'timeouts.firstByte: there is no such key [Did you mean "first_byte"?]',
      'ledger.zebra: there is no such key [Keys here: path, durability.]',
      'tasks.t.match.when.hasTools: there is no such key [Did you mean "has_tools"?]',
      'tasks.t.ownr: there is no such key [Did you mean "owner"?]',
    ],
  );
});

test('a wrong kind of value is told with what was expected', () => {
  assert.deepEqual(
    problemsOf(`${BASE}
server: 5
strict: maybe
context_guard: 0
tiers: [small, small]
timeouts: { idle: 5, total: 0s }
retries: { max_attempts: 1.5, base_delay: [1] }
ledger: { durability: journl }
tasks: { a: {}, b: { route: 5 } }`),
    [
      'server: expected a map of keys, found a number [Keys here: host, port, max_body, max_depth, shutdown_grace.]',
      'strict: expected true or false',
      'context_guard: must be above 0',
      'tiers: a tier appears twice',
      'timeouts.idle: a duration needs a unit: write 5ms or 5s',
      'timeouts.total: must be above 0 and at most 24 days',
      'retries.max_attempts: expected a whole number',
      'retries.base_delay: expected a duration such as 800ms, 2s or 5m, found a list',
      'ledger.durability: expected journal or commit [Did you mean "journal"?]',
      'tasks.a.route: is missing; expected a model, a tier or { model | tier | cascade | best | predict, fallback }',
      'tasks.b.route: expected a model, a tier or { model | tier | cascade | best | predict, fallback }, found a number',
    ],
  );
});

test('yes and no, which were flags in older YAML, are told what to write instead', () => {
  const flags = (written: string) => problemsOf(`${BASE}\nstrict: ${written}`);
  assert.deepEqual(flags('yes'), ['strict: expected true or false [Write true: "yes" is a text in YAML 1.2.]']);
  assert.deepEqual(flags('Off'), ['strict: expected true or false [Write false: "Off" is a text in YAML 1.2.]']);
  assert.deepEqual(flags('maybe'), ['strict: expected true or false']);
  assert.deepEqual(problemsOf(`${BASE}\nresponses: yes\nledger: { durability: on }`), [
    'responses: expected a map of keys, found a text [Keys here: keep, retention.]',
    'ledger.durability: expected journal or commit',
  ]);
});

test('one broken entry does not hide problems elsewhere, nor cause new ones', () => {
  assert.deepEqual(
    problemsOf(`
providers: { simulated: { sped: 1 } }
models: { small: { use: simulated/sim-small, prize: 1 } }
baseline: smal
tasks: { a: { route: small }, b: { route: larg } }`),
    [
      'providers.simulated.sped: there is no such key [Did you mean "speed"?]',
      'models.small.prize: there is no such key [Did you mean "price"?]',
      'baseline: there is no model "smal" [Did you mean "small"?]',
      'tasks.b.route: there is no model or tier "larg" [There are: small, mid, frontier.]',
    ],
  );
});

test('keys written twice are refused at the second place', () => {
  const error = errorOf(`${BASE}\ntasks:\n  a: { route: small }\n  a: { route: mid }`);
  assert.deepEqual(
    error.problems.map(({ message, line, column }) => [message, line, column]),
    [['stands here twice', 7, 3]],
  );
});

test('names that JavaScript treats in its own way are safe', () => {
  assert.match(onlyProblemOf(`${BASE}\ntasks: { __proto__: { route: small } }`), /cannot be a name/);
  const config = parse(
    'providers: { simulated: {} }\nmodels: { constructor: simulated/sim-small }\ntasks: { toString: { route: constructor } }',
  );
  assert.deepEqual(config.tasks.get('toString')?.route.targets, [{ kind: 'model', name: 'constructor' }]);
});

test('a text that is no configuration is refused in one sentence', () => {
  assert.match(onlyProblemOf(''), /names no model/);
  assert.match(onlyProblemOf('- a'), /expected keys/);
  assert.match(onlyProblemOf('hello'), /expected keys/);
  assert.match(onlyProblemOf('a: b: c'), /not valid YAML/);
  assert.match(onlyProblemOf('a: {{ b: c }}'), /a brace too many/);
  assert.match(onlyProblemOf('a: 1\n---\nb: 2'), /more than one YAML document/);
  assert.match(onlyProblemOf('a: !env KEY'), /tags are not used/);
  assert.match(onlyProblemOf('a: *nowhere'), /aliases cannot be resolved/);
  assert.match(onlyProblemOf('['.repeat(5_000)), /nested too deeply/);
});

test('no text makes the loader throw anything but a ConfigError', () => {
  const word = fc.constantFrom(
    'models',
    'providers',
    'a',
    ':',
    ' ',
    '\n',
    '  ',
    '-',
    '{',
    '}',
    '[',
    ']',
    '${A}',
    '${',
    '"',
    '*a',
    '&a',
    '<<',
    '#',
    '5s',
    'null',
    '\t',
    '!',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (words) => {
      try {
        parse(words.join(''));
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});

test('a file is read from disk, and its absence told', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-config-'));
  try {
    const path = join(folder, 'tierline.yaml');
    writeFileSync(path, `\uFEFF${BASE.replaceAll('\n', '\r\n')}`);
    const config = loadConfig({ path, env: {} });
    assert.equal(config.file, path);
    assert.equal(config.ledger.path, join(folder, '.tierline/ledger.db'));
    assert.throws(
      () => loadConfig({ path: join(folder, 'no.yaml'), env: {} }),
      /no\.yaml has one problem:\n\n.*no such file/,
    );
    assert.throws(() => loadConfig({ path: folder, env: {} }), /cannot be read \(EISDIR\)/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
