import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseConfig } from '../../config/load.ts';
import { applyTasks } from './apply-tasks.ts';
import { lineDiff } from './line-diff.ts';
import type { Entry } from './register.ts';

const BASE = `# ours, do not touch
providers:
  anthropic:   { api_key: \${KEY} }   # the key
models:
  haiku:  { use: anthropic/claude-haiku-4-5,  tier: small }
  sonnet: { use: anthropic/claude-sonnet-4-6, tier: mid }
baseline: sonnet
`;
const ENTRY: Entry = {
  owner: 'support',
  consequence: 'reversible',
  input: { typical_tokens: 400, largest_tokens: 900, structure: ['schema'] },
  output: { typical_tokens: 3 },
  volume: 1000,
  latency_budget: '2s',
  accept: [{ one_of: ['bug', 'idea, or wish', 'it’s "odd": yes'] }],
  tier: 'small',
  reason: 'r',
  unanswered: [],
};

function configOf(text: string) {
  return parseConfig(text, { file: '/etc/tierline/tierline.yaml', env: { KEY: 'a-key-for-tests' } });
}

const apply = (source: string, entries: Record<string, Entry>) => applyTasks(source, new Map(Object.entries(entries)));

/** The lines of the source that are not in the result, in their order. */
function lost(source: string, result: string): string[] {
  return lineDiff(source, result).filter((line) => line.startsWith('-'));
}

describe('new tasks', () => {
  const places: [string, string][] = [
    ['without tasks', BASE],
    ['at the end of the tasks', `${BASE}tasks:\n  other: { route: sonnet } # other\n`],
    [
      'before what comes after them',
      `${BASE}tasks:\n    other:\n        owner: x # here\n        route: sonnet\n\n# strictly\nstrict: true\n`,
    ],
    ['below a heading alone', `${BASE}tasks:\n# nothing yet\nstrict: true\n`],
    ['in tasks in braces', `${BASE}tasks: { other: { route: sonnet } }\n`],
    ['in empty braces', `${BASE}tasks: {}\n`],
    ['without a line break at the end', `${BASE}strict: true`],
  ];
  for (const [where, source] of places) {
    test(`${where}, every other line stays and the result is valid`, () => {
      const { text, added } = apply(source, { triage: ENTRY, second: { ...ENTRY, tier: 'mid' } });
      assert.deepEqual(added, ['triage', 'second']);
      const config = configOf(text);
      const task = config.tasks.get('triage');
      assert.deepEqual(task?.route.targets[0], { kind: 'tier', name: 'small' });
      assert.equal(task?.owner, 'support');
      assert.equal(task?.latencyBudgetMs, 2000);
      assert.equal(task?.input.largestTokens, 900);
      assert.ok(config.tasks.has('second'));
      assert.equal(config.tasks.has('other'), source.includes('other'));
      if (!source.includes('tasks: {')) assert.deepEqual(lost(source, text), []);
      assert.ok(text.startsWith(BASE));
    });
  }

  test('an empty file gets its first tasks', () => {
    assert.equal(apply('', { a: { tier: 'small' } }).text, 'tasks:\n  a:\n    route: small\n');
  });

  test('a task without a tier is left out, and told', () => {
    const { text, left } = apply(BASE, { vectors: { volume: 5 } });
    assert.equal(text, BASE);
    assert.deepEqual(left, ['vectors has no tier to be routed to']);
  });
});

describe('tasks that are there', () => {
  test('in braces: keys are put in and replaced in place, the route stays', () => {
    const source = `${BASE}tasks:\n  triage: { route: sonnet, volume: 5 } # old\n`;
    const { text, updated } = apply(source, { triage: { owner: 'support', volume: 1000, tier: 'small' } });
    assert.ok(text.endsWith('  triage: { route: sonnet, volume: 1000, owner: support } # old\n'), text);
    assert.deepEqual(updated, [{ task: 'triage', keys: ['owner', 'volume'] }]);
    assert.deepEqual(configOf(text).tasks.get('triage')?.route.targets[0], { kind: 'model', name: 'sonnet' });
  });

  test('as a block: new keys come after its last one, with its indentation', () => {
    const source = `${BASE}tasks:\n   triage:\n      route: sonnet   # why\n      accept:\n        - refusal: true\n   other: { route: haiku }\n`;
    const { text } = apply(source, { triage: ENTRY });
    const task = configOf(text).tasks.get('triage');
    assert.equal(task?.owner, 'support');
    assert.match(text, /route: sonnet {3}# why\n/);
    assert.match(text, /\n {6}owner: support\n/);
    assert.deepEqual(task?.accept.map((gate) => gate.kind).slice(0, 1), ['one_of']);
  });

  test('keys without a value get one', () => {
    const source = `${BASE}tasks:\n  triage:\n    owner:\n    volume :   # unknown\n    route: haiku\n`;
    const { text } = apply(source, { triage: { owner: 'support', volume: 7, tier: 'small' } });
    assert.ok(text.endsWith('  triage:\n    owner: support\n    volume: 7   # unknown\n    route: haiku\n'), text);
  });

  test('what says the same in other words is not touched', () => {
    const source = `${BASE}tasks:\n  triage: { route: haiku, latency_budget: 2000ms, owner: "support" }\n`;
    assert.equal(apply(source, { triage: { latency_budget: '2s', owner: 'support', tier: 'small' } }).text, source);
  });

  test('gates that are only suggested never replace those of the configuration', () => {
    const source = `${BASE}tasks:\n  triage: { route: haiku, accept: [{ refusal: true }] }\n`;
    const { text, left } = apply(source, {
      triage: { accept: [{ one_of: ['a', 'b'] }], unanswered: ['accept'], tier: 'small' },
    });
    assert.equal(text, source);
    assert.match(left[0] ?? '', /accept stays as the configuration has it/);
  });

  test('a value with comments inside is left alone, and told', () => {
    const source = `${BASE}tasks:\n  triage:\n    accept:\n      # agreed in May\n      - refusal: true\n    route: haiku\n`;
    const { text, left } = apply(source, { triage: { accept: [{ one_of: ['a', 'b'] }], tier: 'small' } });
    assert.equal(text, source);
    assert.match(
      left[0] ?? '',
      /triage: accept has comments inside and stays; the register says \[\{ one_of: \[a, b\] \}\]/,
    );
  });

  test('applying twice changes nothing the second time', () => {
    const once = apply(`${BASE}tasks:\n  other: { route: haiku }\n`, { triage: ENTRY, other: ENTRY }).text;
    assert.equal(apply(once, { triage: ENTRY, other: ENTRY }).text, once);
  });
});

test('whatever text a label is, the configuration reads the same label', () => {
  const label = fc
    .string({
      unit: fc.constantFrom(
        'a',
        'B',
        ' ',
        ',',
        ':',
        '#',
        "'",
        '"',
        '{',
        '}',
        '[',
        ']',
        '\n',
        '$',
        '\\',
        '-',
        'é',
        '&',
        '*',
        '!',
      ),
      minLength: 1,
      maxLength: 12,
    })
    .map((text) => text.trim())
    .filter((text) => text !== '');
  fc.assert(
    fc.property(fc.uniqueArray(label, { minLength: 2, maxLength: 4 }), (labels) => {
      const { text } = apply(BASE, { triage: { accept: [{ one_of: labels }], tier: 'small' } });
      const [gate] = configOf(text).tasks.get('triage')?.accept ?? [];
      assert.deepEqual(gate?.kind === 'one_of' ? gate.values : null, labels, text);
    }),
  );
});

test('what cannot be edited is refused in a sentence', () => {
  assert.throws(() => apply('{ models: {} }', { a: ENTRY }), /stands in braces as a whole/);
  assert.throws(() => apply('- a', { a: ENTRY }), /no keys at the top/);
  assert.throws(() => apply('a: [', { a: ENTRY }), /no valid YAML/);
});

describe('the difference of two texts', () => {
  test('lines that go and come, with a few around them', () => {
    assert.deepEqual(lineDiff('a\nb\nc\nd\ne\nf\ng', 'a\nb\nc\nd\nE\nf\ng'), [
      '@@ line 3 @@',
      ' c',
      ' d',
      '-e',
      '+E',
      ' f',
      ' g',
    ]);
    assert.deepEqual(lineDiff('a\nb', 'a\nb'), []);
  });

  test('what goes and what stays are the text before, what stays and what comes the text after', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 14 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = lineDiff(`x\n${before}`, `x\n${after}`).filter((line) => !line.startsWith('@@'));
        const count = (signs: string): number => lines.filter((line) => signs.includes(line.charAt(0))).length;
        const rows = (one: string): number => one.split('\n').length;
        assert.equal(count('+') - count('-'), rows(after) - rows(before));
        assert.equal(lines.length === 0, before === after);
      }),
    );
  });
});
