import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { folderWith } from '../scripted.fixture.ts';
import { importPromptfoo } from './promptfoo.ts';

function imported(
  t: TestContext,
  yaml: string,
  files: Record<string, string> = {},
  more: { prompt?: string; judge?: string } = {},
) {
  const folder = folderWith(t, { 'promptfooconfig.yaml': yaml, ...files });
  const { prompt = null, judge = null } = more;
  const { lines, left } = importPromptfoo({ path: join(folder, 'promptfooconfig.yaml'), prompt, judge });
  return { lines, left: left.map(({ at, say }) => `${at}: ${say.replaceAll(folder, '.')}`) };
}

test('tests become samples: the prompt filled in, assertions as gates and reference, metadata as tags', (t) => {
  const { lines, left } = imported(
    t,
    `
prompts: ['Say {{what}}']
tests:
  - description: greeting
    vars: { what: hello }
    metadata: { kind: easy, level: 2, list: [1] }
    assert: [{ type: equals, value: '{{what}}' }, { type: icontains, value: hell }]
`,
  );
  assert.deepEqual(left, []);
  assert.deepEqual(lines, [
    {
      prompt: 'Say hello',
      reference: 'hello',
      accept: [{ one_of: ['hello'] }, { pattern: '[hH][eE][lL][lL]' }],
      tags: { description: 'greeting', kind: 'easy', level: '2' },
    },
  ]);
});

test('what a test has by default comes first, and its own goes before it', (t) => {
  const yaml = `
prompts: ['{{a}} {{b}}']
defaultTest: { vars: { a: x, b: y }, assert: [{ type: contains, value: x }], options: { suffix: '!' } }
tests:
  - { vars: { b: z }, assert: [{ type: contains, value: z }] }
  - { options: { disableDefaultAsserts: true } }
`;
  const { lines } = imported(t, yaml);
  assert.deepEqual(lines, [{ prompt: 'x z!', accept: [{ pattern: 'x' }, { pattern: 'z' }] }, { prompt: 'x y!' }]);
});

test('a default may lie in a file, and a variable, too', (t) => {
  const { lines } = imported(
    t,
    "prompts: ['{{text}} {{data.k}}']\ndefaultTest: file://default.yaml\ntests: [{ vars: { text: file://text.txt, data: file://data.json } }]",
    { 'default.yaml': 'assert: [{ type: is-json }]', 'text.txt': 'from a file\n', 'data.json': '{"k": 7}' },
  );
  assert.deepEqual(lines, [{ prompt: 'from a file 7', accept: [{ json_schema: {} }] }]);
});

test('a list of values is a test with each of them, in all combinations', (t) => {
  const { lines } = imported(t, "prompts: ['{{a}}{{b}}']\ntests: [{ vars: { a: [1, 2], b: [x, y] } }]");
  assert.deepEqual(new Set(lines.map(({ prompt }) => prompt)), new Set(['1x', '1y', '2x', '2y']));
  assert.equal(lines.length, 4);
  const whole = imported(
    t,
    "prompts: ['{{a}}']\ntests: [{ vars: { a: [1, 2] }, options: { disableVarExpansion: true } }]",
  );
  assert.deepEqual(whole.lines, [{ prompt: '[1,2]' }]);
});

describe('tests in files', () => {
  test('as YAML, JSON, lines of JSON and tables, also by a pattern of names', (t) => {
    const { lines, left } = imported(
      t,
      "prompts: ['{{q}}']\ntests: [file://a.yaml, file://sub/*.json, c.jsonl, file://d.csv]",
      {
        'a.yaml': '- vars: { q: one }',
        'sub/1.json': '[{"vars": {"q": "two"}}]',
        'sub/2.json': '[{"vars": {"q": "three"}}]',
        'c.jsonl': '{"vars": {"q": "four"}}\n\n{"vars": {"q": "five"}}\n',
        'd.csv':
          'q,__expected1,__expected2,__description,__metadata:kind,__prefix,__metric\nsix,6,contains: s,a row,odd,Say ,m\n',
      },
    );
    assert.deepEqual(left, []);
    assert.deepEqual(
      lines.slice(0, 5).map(({ prompt }) => prompt),
      ['one', 'two', 'three', 'four', 'five'],
    );
    assert.deepEqual(lines[5], {
      prompt: 'Say six',
      reference: '6',
      accept: [{ one_of: ['6'] }, { pattern: 's' }],
      tags: { description: 'a row', kind: 'odd' },
    });
  });

  test('that are programs, lie elsewhere or are missing are named, and the others are taken', (t) => {
    const tests =
      '[file://make.py, huggingface://datasets/x, file://none.csv, { path: file://gen.js }, { vars: { q: fine } }]';
    const { lines, left } = imported(t, `prompts: ['{{q}}']\ntests: ${tests}`, { 'make.py': '' });
    assert.equal(lines.length, 1);
    assert.match(left[0] ?? '', /^tests\[0\]: \.\/make\.py: only \.json, .* are read, and no program is run$/);
    assert.match(left[1] ?? '', /^tests\[1\]: huggingface:\/\/datasets\/x is kept elsewhere; nothing is downloaded$/);
    assert.match(left[2] ?? '', /^tests\[2\]: file:\/\/none\.csv: there is no file/);
    assert.match(left[3] ?? '', /^tests\[3\]: tests made by a program are not supported$/);
  });
});

describe('prompts', () => {
  const TESTS = 'tests: [{ vars: { q: hi } }]';

  test('of a conversation are messages, from JSON, YAML or a text that is JSON', (t) => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'hi' },
    ];
    const json = JSON.stringify([messages[0], { role: 'user', content: '{{q}}' }]);
    const yaml = '- { role: system, content: Be brief. }\n- { role: user, content: "{{q}}" }';
    for (const [name, text] of Object.entries({ 'p.json': json, 'p.yaml': yaml, 'p.txt': json })) {
      const { lines } = imported(t, `prompts: [file://${name}]\n${TESTS}`, { [name]: text });
      assert.deepEqual(lines, [{ messages }], name);
    }
  });

  test('that are several have to be chosen from, by label or number', (t) => {
    const yaml = `prompts: ['One {{q}}', { raw: 'Two {{q}}', label: second }]\n${TESTS}`;
    assert.throws(
      () => imported(t, yaml),
      /^Error: A task has one prompt: choose one with --prompt\. There are 1: One \{\{q\}\}; 2: second\.$/,
    );
    assert.deepEqual(imported(t, yaml, {}, { prompt: 'second' }).lines, [{ prompt: 'Two hi' }]);
    assert.deepEqual(imported(t, yaml, {}, { prompt: '1' }).lines, [{ prompt: 'One hi' }]);
    assert.throws(() => imported(t, yaml, {}, { prompt: '3' }), /There is no prompt "3"/);
  });

  test('in one file are parted by three dashes, in a table they are rows', (t) => {
    const text = imported(
      t,
      `prompts: file://p.txt\n${TESTS}`,
      { 'p.txt': 'A {{q}}\n---\nB {{q}}\n' },
      { prompt: 'p.txt 2' },
    );
    assert.deepEqual(text.lines, [{ prompt: 'B hi' }]);
    const table = imported(
      t,
      `prompts: file://p.csv\n${TESTS}`,
      { 'p.csv': 'prompt,label\nA {{q}},first\nB {{q}},second\n' },
      { prompt: 'first' },
    );
    assert.deepEqual(table.lines, [{ prompt: 'A hi' }]);
  });

  test('that are left out are the variable `prompt`', (t) => {
    assert.deepEqual(imported(t, 'tests: [{ vars: { prompt: hello } }]').lines, [{ prompt: 'hello' }]);
  });

  test('that are programs are refused', (t) => {
    for (const prompt of ['file://p.py', 'exec:./p.sh', 'langfuse://x:1'])
      assert.throws(() => imported(t, `prompts: ['${prompt}']\n${TESTS}`, { 'p.py': '' }), /program/, prompt);
  });
});

describe('what cannot be taken over is named with its place', () => {
  const left = (t: TestContext, test: string): string[] => imported(t, `prompts: ['{{q}}']\ntests: [${test}]`).left;

  test('assertions one by one', (t) => {
    assert.deepEqual(
      left(
        t,
        '{ vars: { q: a }, assert: [{ type: javascript, value: x }, { type: contains, value: a, weight: 0 }, { type: contains, value: a, transform: t }, { type: equals, value: "{{no}}" }] }',
      ),
      [
        'tests[0]: the assertion javascript is left out: there is no equivalent: write it as a `module` gate of the task',
        'tests[0]: the assertion contains is left out: its weight is 0',
        'tests[0]: the assertion contains is left out: it has a transform',
        'tests[0]: the assertion equals is left out: the template names {{no}}, which has no value',
        'tests[0]: the test is left out: none of its assertions could be taken over, so nothing would check its answers',
      ],
    );
  });

  test('a test that lost all its assertions is no sample, one that kept some or never had any is', (t) => {
    const { lines, left: found } = imported(
      t,
      `
prompts: ['{{q}}']
tests:
  - { vars: { q: lost }, assert: [{ type: javascript, value: x }] }
  - { vars: { q: kept }, assert: [{ type: javascript, value: x }, { type: contains, value: a }] }
  - { vars: { q: bare } }
`,
    );
    assert.deepEqual(
      lines.map(({ prompt }) => prompt),
      ['kept', 'bare'],
    );
    assert.match(found[1] ?? '', /^tests\[0\]: the test is left out: none of its assertions could be taken over/);
  });

  test('a set of assertions that may partly fail; one that may not is its members', (t) => {
    const set = (more: string) =>
      `{ vars: { q: a }, assert: [{ type: assert-set, ${more} assert: [{ type: contains, value: a }] }] }`;
    assert.match(left(t, set('threshold: 0.5,'))[0] ?? '', /assert-set is left out: there is no equivalent/);
    assert.deepEqual(left(t, set('')), []);
  });

  test('whole tests whose answers are changed or may fail in part', (t) => {
    assert.match(
      left(t, '{ vars: { q: a }, options: { transform: output.x } }')[0] ?? '',
      /^tests\[0\]: the test is left out: `options\.transform` is not supported$/,
    );
    assert.match(left(t, '{ vars: { q: a }, threshold: 0.5 }')[0] ?? '', /lets some assertions fail/);
    assert.match(left(t, '{ vars: {} }')[0] ?? '', /names \{\{q\}\}, which has no value/);
    assert.match(left(t, '{ vars: { q: "" } }')[0] ?? '', /the test is left out: prompt: /);
  });

  test('sections of the configuration that change what is sent', (t) => {
    const { left: found } = imported(
      t,
      "prompts: ['{{q}}']\nscenarios: [{}]\nnunjucksFilters: { f: f.js }\ntests: [{ vars: { q: a } }]",
    );
    assert.deepEqual(found, [
      'scenarios: is not supported and left out',
      'nunjucksFilters: is not supported and left out',
    ]);
  });
});

test('a file that is no configuration, or has no tests, is refused', (t) => {
  assert.throws(() => imported(t, '- a list'), /is no promptfoo configuration\.$/);
  assert.throws(() => imported(t, "prompts: ['x']"), /has no tests\.$/);
});
