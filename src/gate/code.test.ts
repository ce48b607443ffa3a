import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCodeGate } from './code.ts';
import { CODE_LANGUAGES } from './gate-config.ts';
import { passes, verdictOf } from './sample.test.ts';

const gate = createCodeGate({ kind: 'code', languages: CODE_LANGUAGES }, import.meta.dirname);
const block = (tag: string, code: string): string => `Here:\n\n\`\`\`${tag}\n${code}\n\`\`\`\n`;

const GOOD: [string, string][] = [
  ['js', 'const a = await b?.c ?? 1;\nexport default a;'],
  ['js', 'return <b>{x}</b>;'],
  ['javascript', 'module.exports = { a: 1, };'],
  ['jsx', 'const A = () => <div {...p}>x</div>;'],
  ['ts', 'enum A { B }\nconst x = <string>y satisfies unknown;\nabstract class C<T extends object> { declare x?: T }'],
  ['tsx', 'const A = <T,>({ x }: { x: T }) => <div>{String(x)}</div>;'],
  ['json', '{"a": [1, null]}'],
  [
    'python',
    'def f(a: int, *, b=1) -> str:\n    match a:\n        case 1:\n            return f"{b}"\n    return ""\n',
  ],
  ['py', 'xs = [x async for x in y if (z := x)]\nwith open("a") as f, open("b") as g:\n    pass'],
];

const BAD: [string, string][] = [
  ['js', 'const = 1;'],
  ['js', 'function f() {'],
  ['js', 'const a: string = "x";'],
  ['jsx', '<div><b></div>'],
  ['ts', 'interface A { x: }'],
  ['tsx', 'const A = <div>;'],
  ['json', "{'a': 1}"],
  ['json', '{"a": 1, ...}'],
  ['python', 'def f(:\n    pass'],
  ['python', 'if True\n    pass'],
  ['py', 'print("a'],
];

test('code that parses passes', () => {
  for (const [tag, code] of GOOD) {
    const verdict = verdictOf(gate, block(tag, code));
    assert.deepEqual([verdict.pass, verdict.score], [true, 1], `${tag}: ${code}: ${verdict.reason}`);
  }
});

test('code that does not parse fails', () => {
  for (const [tag, code] of BAD) {
    const verdict = verdictOf(gate, block(tag, code));
    assert.deepEqual([verdict.pass, verdict.score], [false, 0], `${tag}: ${code}`);
  }
});

test('the reason names the block and the line, not the code', () => {
  assert.equal(
    verdictOf(gate, block('js', 'let a;\nlet a = = 1;')).reason,
    'has a syntax error in line 2 of a block of js',
  );
  assert.equal(verdictOf(gate, block('py', 'a = 1\n\nb = )')).reason, 'has a syntax error in line 3 of a block of py');
  assert.equal(verdictOf(gate, block('json', '{')).reason, 'has no valid JSON of a block of json');
});

test('the score is the share of blocks that parse', () => {
  const text = block('js', 'let a;') + block('json', '{') + block('ruby', 'end end') + block('py', 'x = 1');
  assert.ok(Math.abs((verdictOf(gate, text).score ?? 0) - 2 / 3) < 1e-9);
});

test('a block that is not closed fails, and one too long to parse', () => {
  assert.match(verdictOf(gate, '```js\nlet a;').reason, /not closed/);
  assert.match(verdictOf(gate, block('json', `"${'a'.repeat(300_000)}"`)).reason, /too long/);
});

test('answers without code in these languages pass without a score', () => {
  for (const text of ['No code.', block('ruby', 'end end'), block('', 'const = 1')]) {
    assert.deepEqual([verdictOf(gate, text).pass, verdictOf(gate, text).score], [true, null]);
  }
});

test('only the languages that are named are looked at', () => {
  const json = createCodeGate({ kind: 'code', languages: ['json'] }, import.meta.dirname);
  assert.ok(passes(json, block('js', 'const = 1;')));
  assert.ok(!passes(json, block('json', '{')));
});

test('nesting as deep as a text can be does no harm', () => {
  for (const tag of ['js', 'ts', 'json', 'py']) {
    assert.ok(!passes(gate, block(tag, '['.repeat(100_000))), tag);
  }
});
