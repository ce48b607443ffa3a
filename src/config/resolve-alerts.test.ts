import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALARM_RULES } from '../watch/alarm.ts';
import type { AlertsConfig } from './alerts-config.ts';
import { checkConfig } from './load.ts';
import { BASE, errorOf, onlyProblemOf, parse, problemsOf } from './sample.test.ts';
import { valueSource } from './source.ts';

const read = (text: string, env: Record<string, string> = {}): AlertsConfig => parse(`${BASE}\n${text}`, env).alerts;

const DEFAULTS: AlertsConfig = {
  sinks: [{ kind: 'log', form: 'sentence' }],
  repeatMs: 86_400_000,
  rules: {
    pass_rate: {},
    escalation: { above: 0.4 },
    output_length: { growth: 1.5 },
    input_length: {},
    input_mix: {},
    cache_hit: { below: 0.4 },
    decision_time: {},
    canary_gap: { points: 3 },
    errors: { above: 0.05 },
    fallback: { above: 0.05 },
    unknown_cost: {},
    model_changed: {},
    price_changed: {},
    budget: { at: 0.8 },
    rollout: {},
    action: {},
  },
};

test('without the section, or with an empty one, every rule is on and the log is told', () => {
  assert.deepEqual(read(''), DEFAULTS);
  assert.deepEqual(read('alerts:'), DEFAULTS);
  assert.deepEqual(read('alerts: {}'), DEFAULTS);
  assert.deepEqual(read('alerts: { rules: {} }'), DEFAULTS);
});

test('whoever is named is told, in the order of the file, and secrets come from the environment', () => {
  const env = { ALERT_SECRET: ' whsec_c2l4dGVlbiBieXRlcyEhIQ== ', SLACK_URL: 'https://hooks.slack.com/services/T/B/X' };
  const { sinks } = read(
    `alerts:
  to:
    - { webhook: https://ops.example.com/tierline?token=x, secret: \${ALERT_SECRET} }
    - { slack: "\${SLACK_URL}" }
    - { webhook: http://127.0.0.1:8080/ }
    - { log: json }`,
    env,
  );
  assert.deepEqual(sinks, [
    { kind: 'webhook', url: 'https://ops.example.com/tierline?token=x', secret: 'whsec_c2l4dGVlbiBieXRlcyEhIQ==' },
    { kind: 'slack', url: env.SLACK_URL },
    { kind: 'webhook', url: 'http://127.0.0.1:8080/', secret: null },
    { kind: 'log', form: 'json' },
  ]);
  assert.deepEqual(read('alerts: { to: [] }').sinks, []);
});

test('every rule can be switched off and on, in any spelling of a switch', () => {
  for (const off of ['off', 'false', '"false"']) {
    const rules = ALARM_RULES.map((rule) => `${rule}: ${off}`).join(', ');
    assert.deepEqual(new Set(Object.values(read(`alerts: { rules: { ${rules} } }`).rules)), new Set([null]), off);
  }
  for (const on of ['on', 'true', '"true"']) {
    const rules = ALARM_RULES.map((rule) => `${rule}: ${on}`).join(', ');
    assert.deepEqual(read(`alerts: { rules: { ${rules} } }`).rules, DEFAULTS.rules, on);
  }
});

test('thresholds are read with their units, and what is left out has its default', () => {
  const { rules, repeatMs } = read(`alerts:
  repeat: 90m
  rules:
    escalation: { above: 0.25 }
    output_length: { growth: 2 }
    cache_hit: {}
    canary_gap: { points: 1.5 }
    budget: { at: 100% }`);
  assert.equal(repeatMs, 5_400_000);
  assert.deepEqual(rules, {
    ...DEFAULTS.rules,
    escalation: { above: 0.25 },
    output_length: { growth: 2 },
    canary_gap: { points: 1.5 },
    budget: { at: 1 },
  });
});

test('what cannot be meant is told with its path', () => {
  const sinks = 'expected log, { webhook, secret } or { slack }';
  const one = 'is exactly one of `log`, `webhook` and `slack`';
  const cases: [text: string, problem: string][] = [
    ['{ to: log }', 'alerts.to: expected a list, found a text'],
    ['{ to: [lgo] }', `alerts.to[0]: ${sinks}`],
    ['{ to: [log, 7] }', `alerts.to[1]: ${sinks}, found a number`],
    ['{ to: [{}] }', `alerts.to[0]: ${one}`],
    ['{ to: [{ log: json, slack: "https://a.b" }] }', `alerts.to[0]: ${one}`],
    ['{ to: [{ slack: "https://a.b", secret: 0123456789abcdef }] }', 'alerts.to[0]: `secret` goes with `webhook`'],
    ['{ to: [{ webhok: "https://a.b" }] }', 'alerts.to[0].webhok: there is no such key [Did you mean "webhook"?]'],
    ['{ to: [{ webhook: ftp://a.b }] }', 'alerts.to[0].webhook: must be an http:// or https:// address'],
    ['{ to: [log, { slack: hooks.slack.com/x }] }', 'alerts.to[1].slack: must be an http:// or https:// address'],
    ['{ to: [{ webhook: "https://u:p@a.b" }] }', 'alerts.to[0].webhook: must not hold a user or password'],
    [
      '{ to: [{ webhook: "https://a.b", secret: short }] }',
      'alerts.to[0].secret: has fewer than 16 characters and could be guessed',
    ],
    [
      '{ to: [{ webhook: "https://a.b", secret: whsec_c2hvcnQgYnV0IGxvbmc= }] }',
      'alerts.to[0].secret: begins with whsec_, and what follows is not the base64 of at least 16 bytes',
    ],
    ['{ to: [log, { log: json }] }', 'alerts.to[1]: stands in this list already'],
    ['{ to: [{ slack: "https://a.b" }, { slack: "https://a.b" }] }', 'alerts.to[1]: stands in this list already'],
    ['{ repeat: 30s }', 'alerts.repeat: must be at least 1m'],
    ['{ repeat: 24 }', 'alerts.repeat: a duration needs a unit: write 24ms or 24s'],
    ['{ rules: { pass_rat: on } }', 'alerts.rules.pass_rat: there is no such key [Did you mean "pass_rate"?]'],
    ['{ rules: { pass_rate: never } }', 'alerts.rules.pass_rate: expected on or off'],
    ['{ rules: { pass_rate: { above: 1 } } }', 'alerts.rules.pass_rate: expected on or off, found a map'],
    ['{ rules: { errors: 5% } }', 'alerts.rules.errors: expected on, off or { above }'],
    ['{ rules: { errors: { above: 5 } } }', 'alerts.rules.errors.above: a share is at most 1; for percent write 5%'],
    ['{ rules: { errors: { above: 0 } } }', 'alerts.rules.errors.above: must be above 0'],
    ['{ rules: { errors: { below: 5% } } }', 'alerts.rules.errors.below: there is no such key [Keys here: above.]'],
    [
      '{ rules: { output_length: { growth: 1 } } }',
      'alerts.rules.output_length.growth: expected a number from 1.01 to 1000',
    ],
  ];
  for (const [text, problem] of cases) assert.equal(onlyProblemOf(`${BASE}alerts: ${text}`), problem);
});

test('a missing variable is told once, by its name', () => {
  const problems = problemsOf(`${BASE}alerts: { to: [{ webhook: "https://a.b", secret: \${ALERT_SECRET} }] }`);
  assert.deepEqual(problems, [
    'alerts.to[0].secret: the environment variable ALERT_SECRET is not set [Set it, or write a default: ${NAME:-default}.]',
  ]);
});

test('neither an address nor a secret is in any message', () => {
  const hidden = 'T0TOKEN/B0TOKEN';
  const texts = [
    `{ to: [{ slack: "ftp://x/${hidden}" }] }`,
    `{ to: [{ slack: "https://x/${hidden}", webhook: "https://y/${hidden}" }] }`,
    `{ to: ["https://x/${hidden}"] }`,
    `{ to: "https://x/${hidden}" }`,
    `"https://x/${hidden}"`,
    `{ too: [{ slack: "https://x/${hidden}" }] }`,
    `{ to: [{ slak: "https://x/${hidden}" }] }`,
    `{ slack: "https://x/${hidden}" }`,
    `{ to: [{ slack: "https://x/${hidden}" }, { slack: "https://x/${hidden}" }], repeat: 1 }`,
    `{ to: [{ webhook: "https://u:${hidden}@x" }] }`,
    `{ to: [{ webhook: "https://x", secret: "${hidden}" }] }`,
    `{ to: [{ webhook: "https://x", secret: "whsec_${hidden}!!" }] }`,
    `{ to: [{ webhook: "https://x", secret: \${HIDDEN} }] }`,
    `{ to: [{ slack: \${HIDDEN} }] }`,
  ];
  for (const text of texts) {
    const { message } = errorOf(`${BASE}alerts: ${text}`, { HIDDEN: hidden });
    assert.ok(!message.includes('TOKEN'), message);
  }
  // As an object there is no excerpt, and the message alone must not tell.
  const value = { providers: { simulated: {} }, models: { m: 'simulated/x' }, alerts: { to: [{ slack: hidden }] } };
  assert.throws(
    () => checkConfig(valueSource(value), { file: null, label: 'the options', env: {} }),
    (error: Error) => error.message.includes('alerts.to[0].slack') && !error.message.includes('TOKEN'),
  );
});
