import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { toUsage } from '../call/usage.ts';
import { parseConfig } from '../config/load.ts';
import { openLedger } from '../ledger/ledger.ts';
import { sampleAttempt, sampleRow } from '../ledger/sample-row.test.ts';
import type { Finding } from '../lifecycle/check/finding.ts';
import { checkCommand } from './check.ts';

const NOW = Date.UTC(2026, 10, 24);
const HEAD = `
providers:
  local: { dialect: openai, base_url: "http://h/v1", private: true }
  open: { dialect: openai, base_url: "http://o/v1" }
models:
  cheap: { use: local/a, tier: small, price: { input: 1, output: 1 } }
  dear: { use: local/b, tier: frontier, price: { input: 10, output: 10 } }
ledger: { path: ":memory:" }
`;

function check(text: string, options: { strict?: boolean } = {}): { code: 0 | 1; findings: Finding[]; ok: boolean } {
  const config = parseConfig(text, { file: '/tierline.yaml', env: {} });
  let printed = '';
  const code = checkCommand({ config, sentence: 's', nowMs: NOW, json: true, ...options }, (more) => (printed += more));
  return { code, ...(JSON.parse(printed) as { findings: Finding[]; ok: boolean }) };
}
const told = (text: string, kind: string): string[] =>
  check(text)
    .findings.filter(({ code }) => code === kind)
    .map(({ level, at, say }) => `${level} ${at}: ${say}`);

describe('rules and tasks that never see a request', () => {
  test('are told with what hides them', () => {
    const rules = (written: string) => told(`${HEAD}rules: [${written}]\ndefault: dear`, 'unreachable_rule');
    const free = '{ when: { tenant: [a, b] }, route: cheap }';
    assert.deepEqual(rules(`${free}, { when: { tenant: a, has_code: true }, route: dear }`), [
      'error rules[1]: never decides: rules[0] comes first and holds whenever this one does',
    ]);
    assert.deepEqual(rules(`{ route: cheap }, { route: dear }`).length, 1);
    assert.deepEqual(rules(`${free}, { when: { tenant: c }, route: dear }, { route: dear }`), []);
    const inTask = told(`${HEAD}tasks: { t: { route: dear, rules: [{ route: cheap }, ${free}] } }`, 'unreachable_rule');
    assert.match(inTask[0] ?? '', /^error tasks\.t\.rules\[1\]/);
  });

  test('limits of a tenant whom no key belongs to are told, once there are keys', () => {
    const tenants = (keys: string) =>
      told(`${HEAD}${keys}\ndefault: dear\ntenants: { trail: { deny: dear } }`, 'tenant_without_key');
    assert.deepEqual(tenants('keys: [{ key: abcd, tenant: trial }]'), [
      'warning tenants.trail: binds nobody: no key belongs to this tenant (those of `keys`: trial)',
    ]);
    assert.deepEqual(tenants('keys: [{ key: abcd, tenant: trail }]'), []);
    assert.deepEqual(tenants(''), []);
  });

  test('a task behind a wider one gets only requests that name it', () => {
    const tasks = (narrow: string) =>
      told(
        `${HEAD}tasks: { wide: { match: { header: { a: [x, y] } }, route: cheap }, narrow: { match: ${narrow}, route: dear } }`,
        'unreachable_task',
      );
    assert.match(
      tasks('{ header: { a: x }, path: /v1 }')[0] ?? '',
      /^warning tasks\.narrow\.match: .*wide comes first/,
    );
    assert.deepEqual(tasks('{ header: { a: z } }'), []);
    assert.deepEqual(tasks('{ any: [{ header: { a: x } }, { path: /v1 }] }'), [], 'one of its rules is free');
  });
});

test('models that no route leads to are told; the baseline needs none, one without a tier is only a note', () => {
  const more = HEAD.replace(
    'ledger:',
    '  lost: { use: local/c, tier: mid, price: { input: 1, output: 1 } }\n  named: { use: local/d, price: { input: 1, output: 1 } }\nledger:',
  );
  assert.deepEqual(
    told(`${more}default: cheap\nbaseline: dear`, 'idle_model').map((line) => line.split(':')[0]),
    ['warning models.lost', 'note models.named'],
  );
  assert.deepEqual(
    told(
      `${more}default: { tier: mid, fallback: named }\nrules: [{ when: { tenant: a }, route: cheap }]\nbaseline: dear`,
      'idle_model',
    ),
    [],
  );
});

test('a candidate of a rollout is looked at like a route', () => {
  const more = HEAD.replace(
    'ledger:',
    '  mixed: { deployments: [{ use: open/x }, { use: local/x }], price: { input: 1, output: 1 } }\nledger:',
  );
  const rollout = (candidate: string) =>
    `${more}tasks: { t: { private: true, route: dear } }\nrollouts: { t: { candidate: ${candidate} } }\nbaseline: cheap\n`;
  assert.deepEqual(told(rollout('mixed'), 'idle_model'), []);
  assert.equal(told(rollout('cheap'), 'idle_model').length, 1);
  assert.match(
    told(rollout('mixed'), 'public_deployment')[0] ?? '',
    /^warning rollouts\.t\.candidate: the task is private/,
  );
  const cascade = rollout('{ cascade: [dear, cheap], attempt_timeout: 1s }');
  assert.match(told(cascade, 'cascade_cost')[0] ?? '', /^warning rollouts\.t\.candidate: .*cannot pay/);
});

test('a task without a gate is a warning or a note, by what a wrong answer does', () => {
  const level = (consequence: string) =>
    told(`${HEAD}tasks: { t: { ${consequence} route: cheap } }`, 'no_gate')[0]?.split(' ')[0];
  assert.deepEqual(['consequence: reversible,', 'consequence: reviewed,', 'consequence: none,', ''].map(level), [
    'warning',
    'note',
    'note',
    'note',
  ]);
});

test('a model without a price is told, also when only one of its places has none', () => {
  const models = HEAD.replace(
    'ledger:',
    '  odd: { use: open/x, tier: mid }\n  half: { deployments: [{ use: open/y }], price: { input: 1 } }\nledger:',
  );
  assert.deepEqual(
    told(`${models}default: odd`, 'no_price').map((line) => line.split(':')[0]),
    ['warning models.odd', 'warning models.half'],
  );
});

test('a private task is told which places of its models never serve it', () => {
  const models = HEAD.replace(
    'ledger:',
    '  mixed: { deployments: [{ use: open/x }, { use: local/x }], price: { input: 1, output: 1 } }\nledger:',
  );
  const found = told(
    `${models}tasks: { t: { private: true, route: { model: cheap, fallback: mixed } }, u: { route: mixed } }`,
    'public_deployment',
  );
  assert.deepEqual(found, [
    'warning tasks.t.route: the task is private, so 1 of 2 deployments of mixed (open) never serve it',
  ]);
});

describe('a cascade', () => {
  const cascade = (models: string, extra = '') =>
    `${HEAD}${extra}tasks: { t: { output: { typical_tokens: 100 }, route: { cascade: [${models}], attempt_timeout: 1s } } }`;

  test('that can never pay is told, one that may pay is told what it needs', () => {
    assert.match(
      told(cascade('dear, cheap'), 'cascade_cost')[0] ?? '',
      /^warning .*cannot pay: it costs as much as cheap\. .* dear costs \$0\.011 and cheap \$0\.0011/,
    );
    assert.match(
      told(cascade('cheap, dear'), 'cascade_cost')[0] ?? '',
      /^note .*trying cheap before dear pays when at least 10 % of its answers pass;/,
    );
  });

  async function withHistory(t: TestContext): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'tierline-check-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'ledger.db');
    const ledger = openLedger({ path });
    for (let index = 0; index < 3; index++) {
      const attempt = sampleAttempt({ model: 'cheap', status: 'ok', usage: toUsage({ outputTokens: 9000 }) });
      void ledger.record(sampleRow({ id: `r${index}`, task: 't', attempts: [attempt] }));
    }
    await ledger.close();
    return path;
  }

  test('is reckoned with the lengths that the ledger knows', async (t) => {
    const path = await withHistory(t);
    const text = cascade('cheap, dear').replace('":memory:"', JSON.stringify(path));
    assert.match(told(text, 'cascade_cost')[0] ?? '', /at least 90\.9 %.*cheap costs \$0\.01 and dear \$0\.011/);
  });
});

test('a configuration that observes is told what rests, and what auto stands for', () => {
  const text = `${HEAD}observe: true
tasks: { t: { consequence: none, route: dear } }
rollouts: { t: { candidate: cheap } }
`;
  assert.deepEqual(told(text, 'observing'), [
    'note observe: every call goes to the model it asks for, and is only counted; routes and gates, rollouts rest until it is false',
    'note baseline: there is none, so `auto` stands for nothing while calls are observed, and is refused',
  ]);
  assert.equal(told(`${text}baseline: dear`, 'observing').length, 1);
  assert.deepEqual(told(text.replace('observe: true', ''), 'observing'), []);
  const bare = 'observe: true\nproviders: { openai: { api_key: k } }\nledger: { path: ":memory:" }';
  assert.deepEqual(check(bare, { strict: true }).code, 0, 'providers alone are fine');
});

describe('the command', () => {
  const clean = `${HEAD}default: { model: cheap, fallback: dear }`;
  const warned = `${clean}\ntasks: { t: { consequence: reversible, route: cheap } }`;

  test('ends with 0 unless there is an error, and with --strict also a warning', () => {
    const code = (text: string, strict = false) => check(text, { strict }).code;
    assert.deepEqual([code(clean), code(clean, true), code(warned), code(warned, true)], [0, 0, 0, 1]);
    const bad = check(`${clean}\nrules: [{ route: cheap }, { route: dear }]`);
    assert.deepEqual([bad.code, bad.ok], [1, false]);
  });

  test('prints the worst first and counts', () => {
    const config = parseConfig(`${warned}\nrules: [{ route: cheap }, { route: dear }]`, { file: '/t.yaml', env: {} });
    let page = '';
    checkCommand({ config, sentence: 'Configuration: t.yaml', nowMs: NOW }, (more) => (page += more));
    assert.match(
      page,
      /^Configuration: t\.yaml\n\nerror {4}rules\[1\]\n {9}never decides.*\n\nwarning {2}tasks\.t\n.*\n\n1 error, 1 warning, 0 notes\.\n$/s,
    );
  });
});
