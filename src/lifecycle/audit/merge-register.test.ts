import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { answerEntry, type Found, mergeRegister } from './merge-register.ts';
import { type Entry, parseRegister, QUESTIONS, type Register, unansweredOf } from './register.ts';

const FILE = 'tierline/tasks.yaml';

function entry(own: Partial<Entry> = {}, fingerprint = 'print-a'): Entry {
  return {
    input: { typical_tokens: 400, largest_tokens: 900, structure: ['schema'] },
    output: { typical_tokens: 3 },
    volume: 1000,
    accept: [{ one_of: ['bug', 'idea'] }],
    tier: 'small',
    reason: 'Every answer is one of 2 labels (60 answers seen).',
    unanswered: [...QUESTIONS],
    evidence: { log: { fingerprint, calls: 60, spend_usd: 1.5, models: { 'gpt-4o': 1 } } },
    ...own,
  };
}

function found(entries: Record<string, Entry>, source = 'a.jsonl'): Found {
  return {
    entries: new Map(Object.entries(entries)),
    sources: [{ source, format: 'x', calls: 60 }],
    at: '2026-11-28T00:00:00.000Z',
    calls: 60,
    spendUsd: 1.5,
  };
}

const merge = (source: string | null, entries: Record<string, Entry>): string =>
  mergeRegister(source, found(entries), FILE).text;
const taskOf = (text: string, name: string): Entry =>
  (parse(text) as Register).tasks[name] ?? assert.fail(`no ${name}`);

test('a new register opens with what it is, and reads back', () => {
  const text = merge(null, { triage: entry() });
  assert.match(text, /^# The register of tasks: made by `tierline audit`/);
  const register = parseRegister(text, FILE);
  assert.deepEqual(Object.keys(register.tasks), ['triage']);
  assert.equal(register.made.calls, 60);
  assert.deepEqual(register.tasks['triage']?.accept, [{ one_of: ['bug', 'idea'] }]);
});

test('the same audit twice changes nothing', () => {
  const once = merge(null, { triage: entry() });
  assert.equal(merge(once, { triage: entry() }), once);
});

test('what the audit wrote itself follows what it finds next', () => {
  const text = merge(merge(null, { triage: entry() }), {
    triage: entry({ volume: 2000, tier: 'mid', reason: 'Other.' }),
  });
  assert.equal(taskOf(text, 'triage').volume, 2000);
  assert.equal(taskOf(text, 'triage').tier, 'mid');
});

test('what people wrote stays, with comments and order, and is told', () => {
  const edited = merge(null, { triage: entry() })
    .replace('    volume: 1000', '    volume: 5000 # as agreed')
    .replace('    tier: small', '    # ours\n    owner: support\n    tier: frontier');
  const merged = mergeRegister(edited, found({ triage: entry({ volume: 2000, tier: 'mid' }) }), FILE);
  assert.match(merged.text, /volume: 5000 # as agreed/);
  assert.match(merged.text, /# ours\n {4}owner: support\n {4}tier: frontier/);
  assert.deepEqual(merged.kept, [{ task: 'triage', keys: ['volume', 'tier'] }]);
  assert.deepEqual(merged.updated, ['triage']);
});

test('evidence is always that of the last audit, and other evidence stays beside it', () => {
  const first = merge(null, { triage: entry() });
  const code: Entry = {
    unanswered: [...QUESTIONS],
    evidence: { code: { at: ['a.ts:1'], clients: ['openai'], models: ['gpt-4o'] } },
  };
  const second = merge(first, { triage: code });
  assert.equal(taskOf(second, 'triage').evidence?.log?.calls, 60);
  assert.deepEqual(taskOf(second, 'triage').evidence?.code?.at, ['a.ts:1']);
  const third = merge(second, {
    triage: entry({ evidence: { log: { fingerprint: 'print-a', calls: 99, spend_usd: null, models: {} } } }),
  });
  assert.equal(taskOf(third, 'triage').evidence?.log?.calls, 99);
});

test('a key that people took out is not put back', () => {
  const without = merge(null, { triage: entry() }).replace(/ {4}accept: .*\n/, '');
  assert.equal(taskOf(merge(without, { triage: entry() }), 'triage').accept, undefined);
});

test('a task that people renamed is found by its fingerprint', () => {
  const renamed = merge(null, { triage: entry() }).replace('  triage:', '  ticket-triage:');
  const text = merge(renamed, { triage: entry({ volume: 7 }) });
  assert.deepEqual(Object.keys(parseRegister(text, FILE).tasks), ['ticket-triage']);
  assert.equal(taskOf(text, 'ticket-triage').volume, 7);
});

test('tasks that an audit does not find stay as they are', () => {
  const text = merge(merge(null, { triage: entry() }), { other: entry({}, 'print-b') });
  assert.deepEqual(Object.keys(parseRegister(text, FILE).tasks), ['triage', 'other']);
});

test('sources are kept, each with its last account', () => {
  const first = mergeRegister(null, found({}, 'a.jsonl'), FILE).text;
  const second = mergeRegister(
    first,
    { ...found({}, 'b.jsonl'), sources: [{ source: 'b.jsonl', calls: 2 }] },
    FILE,
  ).text;
  const third = mergeRegister(
    second,
    { ...found({}, 'a.jsonl'), sources: [{ source: 'a.jsonl', calls: 3 }] },
    FILE,
  ).text;
  assert.deepEqual(parseRegister(third, FILE).made.from, [
    { source: 'b.jsonl', calls: 2 },
    { source: 'a.jsonl', calls: 3 },
  ]);
});

test('questions are taken off once they are answered, and never come back', () => {
  const text = merge(null, { triage: entry() });
  assert.deepEqual(taskOf(text, 'triage').unanswered, [...QUESTIONS]);
  const answered = text.replace('    tier: small', '    owner: support\n    consequence: reversible\n    tier: small');
  assert.deepEqual(unansweredOf(taskOf(answered, 'triage')), ['accept', 'latency_budget', 'private']);
  const again = merge(answered, { triage: entry() });
  assert.deepEqual(taskOf(again, 'triage').unanswered, ['accept', 'latency_budget', 'private']);
});

test('suggested gates are answered by changing them, or by taking the question off', () => {
  const text = merge(null, { triage: entry() });
  const changed = text.replace('{ one_of: [ bug, idea ] }', '{ one_of: [ bug, idea, praise ] }');
  assert.ok(!taskOf(merge(changed, { triage: entry() }), 'triage').unanswered?.includes('accept'));
  const taken = text.replace('[ owner, accept, ', '[ owner, ');
  assert.ok(!taskOf(merge(taken, { triage: entry() }), 'triage').unanswered?.includes('accept'));
});

test('answers are put in, and a tier that is ours follows them', () => {
  const text = merge(null, { triage: entry() });
  const answers: Entry = { owner: 'support', consequence: 'irreversible', unanswered: ['private'] };
  const after = answerEntry(text, { name: 'triage', answers, own: { tier: 'mid', reason: 'Gates.' }, at: 'now' }, FILE);
  const task = taskOf(after, 'triage');
  assert.deepEqual(
    [task.owner, task.consequence, task.tier, task.unanswered],
    ['support', 'irreversible', 'mid', ['private']],
  );
  assert.equal(taskOf(merge(after, { triage: entry({ tier: 'frontier' }) }), 'triage').tier, 'frontier');
});

test('answers do not move a tier that people chose, and make a task that is not there', () => {
  const chosen = merge(null, { triage: entry() }).replace('    tier: small', '    tier: frontier');
  const after = answerEntry(
    chosen,
    { name: 'triage', answers: { owner: 'x' }, own: { tier: 'mid', reason: 'r' }, at: 'now' },
    FILE,
  );
  assert.equal(taskOf(after, 'triage').tier, 'frontier');
  const made = answerEntry(
    null,
    { name: 'new', answers: { owner: 'x', unanswered: [] }, own: {}, at: '2026-11-28' },
    FILE,
  );
  assert.equal(taskOf(made, 'new').owner, 'x');
});

test('what is no register is refused with every mistake, and its own is never written', () => {
  assert.throws(() => parseRegister('version: 1\ntasks: [', FILE), /tierline\/tasks\.yaml is no valid YAML/);
  const wrong = 'version: 1\nmade: { at: now, from: [] }\ntasks: { a: { consequence: maybe, ownr: x } }';
  assert.throws(
    () => parseRegister(wrong, FILE),
    /is no register of tasks:\n(?=[\s\S]*tasks\.a\.consequence)(?=[\s\S]*ownr)/,
  );
  assert.throws(() => parseRegister('version: 2\nmade: { at: now, from: [] }', FILE), /version/);
  assert.throws(() => mergeRegister('- a list', found({}), FILE), /is no register/);
  assert.throws(
    () => answerEntry(null, { name: 'a', answers: { latency_budget: 'soon' }, own: {}, at: 'now' }, FILE),
    /latency_budget/,
  );
});

test('answers stand before what was found, on lines of their own', () => {
  const text = merge(null, { triage: entry() });
  const after = answerEntry(
    text,
    { name: 'triage', answers: { consequence: 'none', owner: 'x', unanswered: ['private'] }, own: {}, at: 'now' },
    FILE,
  );
  const keys = Object.keys(taskOf(after, 'triage'));
  assert.deepEqual(keys.slice(0, 3), ['owner', 'consequence', 'input']);
  assert.equal(keys.at(-1), 'evidence');
  assert.match(after, /\n {4}unanswered: \[ private \]\n/);
  const made = answerEntry(null, { name: 'new', answers: { owner: 'x' }, own: {}, at: 'now' }, FILE);
  assert.match(made, /\ntasks:\n {2}new:\n {4}owner: x\n/);
});
