import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { GateConfig } from '../gate/gate-config.ts';
import type { TaskConfig } from './config.ts';
import { parseConfig } from './load.ts';
import { ConfigError, writePath } from './problem.ts';
import { filesOf } from './resolve-accept.ts';
import { BASE } from './sample.test.ts';

const folder = mkdtempSync(join(tmpdir(), 'tierline-accept-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'schemas'));
writeFileSync(join(folder, 'schemas/triage.json'), '{"type":"object"}');
writeFileSync(join(folder, 'schemas/broken.json'), '{"type":');
writeFileSync(join(folder, 'schemas/list.json'), '[]');
writeFileSync(join(folder, 'schemas/odd.json'), '{"type":"strin"}');
writeFileSync(join(folder, 'learned.json'), '{}');
writeFileSync(join(folder, 'check.mjs'), 'export const check = () => true;');

const read = (text: string) => parseConfig(`${BASE}\n${text}`, { file: join(folder, 'tierline.yaml'), env: {} });

function taskOf(written: string): TaskConfig {
  const task = read(`tasks: { t: ${written} }`).tasks.get('t');
  assert.ok(task);
  return task;
}
/** The gates of a list, without the finish gate that is always there. */
const accept = (items: string): GateConfig[] => taskOf(`{ route: small, accept: [${items}] }`).accept.slice(0, -1);

function problems(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(
      ({ path, message, hint }) => `${writePath(path)}: ${message}${hint === null ? '' : ` [${hint}]`}`,
    );
  }
  return assert.fail(`nothing was refused in:\n${text}`);
}
function problem(items: string): string {
  const found = problems(`tasks: { t: { route: small, accept: [${items}] } }`);
  assert.equal(found.length, 1, found.join('\n'));
  return (found[0] ?? '').replace('tasks.t.accept', '');
}

describe('what is written becomes gates', () => {
  test('without accept there are none', () => {
    assert.deepEqual(taskOf('{ route: small }').accept, []);
  });

  test('the finish gate is there unless the task says otherwise', () => {
    const { accept: given } = taskOf('{ route: small, accept: [{ refusal: true }] }');
    assert.deepEqual(given, [{ kind: 'refusal' }, { kind: 'finish', expect: 'complete' }]);
    const any = taskOf('{ route: small, accept: [{ finish: any }, { refusal: true }] }').accept;
    assert.deepEqual(any, [{ kind: 'finish', expect: 'any' }, { kind: 'refusal' }]);
    assert.deepEqual(taskOf('{ route: small, accept: [] }').accept, [{ kind: 'finish', expect: 'complete' }]);
  });

  test('a schema is a file, inline, or the one of the request', () => {
    const file = join(folder, 'schemas/triage.json');
    assert.deepEqual(
      accept(
        '{ json_schema: schemas/triage.json }, { json_schema: { type: array, items: { $ref: "#/$defs/a" }, $defs: { a: {} } }, fenced: true }, { json_schema: request }',
      ),
      [
        { kind: 'json_schema', schema: { type: 'object' }, file, isFenced: false },
        {
          kind: 'json_schema',
          schema: { type: 'array', items: { $ref: '#/$defs/a' }, $defs: { a: {} } },
          file: null,
          isFenced: true,
        },
        { kind: 'json_schema', schema: 'request', file: null, isFenced: false },
      ],
    );
  });

  test('labels, patterns and lengths', () => {
    const labels = { kind: 'one_of', at: null, ignoreCase: false, isFenced: false };
    assert.deepEqual(
      accept('{ one_of: [a, 1, true] }, { one_of: { at: /x, values: [a], ignore_case: true, fenced: true } }'),
      [
        { ...labels, values: ['a', 1, true] },
        { ...labels, values: ['a'], at: '/x', ignoreCase: true, isFenced: true },
      ],
    );
    assert.deepEqual(accept(String.raw`{ pattern: '^\d+$' }`), [{ kind: 'pattern', pattern: /^\d+$/u }]);
    assert.deepEqual(accept('{ length: { max_words: 100, min_tokens: 2, max_tokens: 2 } }'), [
      { kind: 'length', bounds: { words: { min: null, max: 100 }, tokens: { min: 2, max: 2 } } },
    ]);
  });

  test('words that say what is wanted', () => {
    assert.deepEqual(accept('{ refusal: true }, { hedging: true }, { tool_calls: valid }, { code: parses }'), [
      { kind: 'refusal' },
      { kind: 'hedging' },
      { kind: 'tool_calls' },
      { kind: 'code', languages: ['javascript', 'typescript', 'json', 'python'] },
    ]);
    assert.deepEqual(accept('{ code: { languages: [json] } }'), [{ kind: 'code', languages: ['json'] }]);
  });

  test('languages', () => {
    const language = { kind: 'language', minLetters: 20 };
    assert.deepEqual(
      accept(
        '{ language: same }, { language: de }, { language: [en, fr] }, { language: { is: same, min_letters: 9 } }',
      ),
      [
        { ...language, allowed: 'same' },
        { ...language, allowed: ['de'] },
        { ...language, allowed: ['en', 'fr'] },
        { ...language, allowed: 'same', minLetters: 9 },
      ],
    );
  });

  test('second answers and what was learned', () => {
    const rest = { compare: 'auto', embedding: null, at: null, pattern: null, tolerance: 1e-6 };
    assert.deepEqual(accept('{ agreement: { with: mid } }'), [{ kind: 'agreement', model: 'mid', ...rest }]);
    assert.deepEqual(accept('{ agreement: { with: mid, compare: number, at: /n, tolerance: 1% } }'), [
      { kind: 'agreement', model: 'mid', ...rest, compare: 'number', at: '/n', tolerance: 0.01 },
    ]);
    assert.deepEqual(accept('{ agreement: { with: mid, compare: embedding, by: small, min: 90% } }'), [
      { kind: 'agreement', model: 'mid', ...rest, embedding: { model: 'small', min: 0.9 } },
    ]);
    const [patterned] = accept("{ agreement: { with: mid, pattern: 'v=(a|b)' } }");
    assert.equal(patterned?.kind === 'agreement' && patterned.pattern?.source, 'v=(a|b)');
    const file = join(folder, 'learned.json');
    const learned = accept(
      '{ learned: { artifact: learned.json } }, { learned: { artifact: learned.json, min: 80% } }',
    );
    assert.deepEqual(learned, [
      { kind: 'learned', file, min: null },
      { kind: 'learned', file, min: 0.8 },
    ]);
    assert.deepEqual(filesOf(learned), [file, file], 'a new artifact is a change of the configuration');
  });

  test('probabilities, confidence, judges and modules', () => {
    assert.deepEqual(accept('{ logprobs: { min: 0.8 } }, { logprobs: { min: 80%, at: first-token } }'), [
      { kind: 'logprobs', min: 0.8, at: 'mean' },
      { kind: 'logprobs', min: 0.8, at: 'first-token' },
    ]);
    assert.deepEqual(
      accept("{ confidence: { at: /c, min: 0.7 } }, { confidence: { pattern: 'sure: (\\d+%)', min: 0.7 } }"),
      [
        { kind: 'confidence', min: 0.7, place: { kind: 'pointer', pointer: '/c', isFenced: false } },
        { kind: 'confidence', min: 0.7, place: { kind: 'pattern', pattern: /sure: (\d+%)/u } },
      ],
    );
    assert.deepEqual(accept('{ judge: { model: mid, rubric: Be kind., min: 0.8 } }'), [
      { kind: 'judge', model: 'mid', rubric: 'Be kind.', min: 0.8 },
    ]);
    const file = join(folder, 'check.mjs');
    assert.deepEqual(accept('{ module: ./check.mjs }, { module: { file: check.mjs, time_limit: 2s } }'), [
      { kind: 'module', file, timeLimitMs: 1_000 },
      { kind: 'module', file, timeLimitMs: 2_000 },
    ]);
  });

  test('the files that gates were made from are known', () => {
    const gates = accept(
      '{ json_schema: schemas/triage.json }, { json_schema: request }, { module: check.mjs }, { refusal: true }',
    );
    assert.deepEqual(filesOf(gates), [join(folder, 'schemas/triage.json'), join(folder, 'check.mjs')]);
  });
});

describe('what is refused', () => {
  test('an item without exactly one gate', () => {
    for (const item of ['{}', '{ refusal: true, hedging: true }', '{ fenced: true }'])
      assert.match(problem(item), /^\[0\]: (each item names exactly one gate|.fenced. belongs to json_schema)/, item);
    assert.match(problem('{ refusal: true, fenced: true }'), /`fenced` belongs to json_schema/);
    assert.match(problem('{ refusl: true }'), /\[0\]\.refusl: there is no such key \[Did you mean "refusal"\?\]/);
    assert.match(problem('refusal'), /\[0\]: expected a map of keys, found a text/);
  });

  test('schemas that cannot be read or used, with the file', () => {
    assert.match(
      problem('{ json_schema: schemas/triag.json }'),
      /there is no file .*triag\.json \[Did you mean "triage\.json"\?\]/,
    );
    assert.match(
      problem('{ json_schema: none/a.json }'),
      /\.json_schema: there is no file .*\[The path counts from the folder/,
    );
    assert.match(problem('{ json_schema: schemas }'), /schemas cannot be read \(EISDIR\)/);
    assert.match(problem('{ json_schema: schemas/broken.json }'), /broken\.json is not JSON: /);
    assert.match(problem('{ json_schema: schemas/list.json }'), /list\.json holds no JSON schema/);
    assert.match(
      problem('{ json_schema: schemas/odd.json }'),
      /schemas\/odd\.json is no JSON schema that can be used: .*type/,
    );
    assert.match(problem('{ json_schema: { type: strin } }'), /json_schema: this is no JSON schema that can be used/);
    assert.match(problem('{ json_schema: { pattern: (a+)+ } }'), /can take forever/);
    assert.match(problem('{ json_schema: 5 }'), /expected a file, `request` or a schema/);
  });

  test('labels that are none', () => {
    assert.match(problem('{ one_of: [] }'), /one_of: must not be an empty list/);
    assert.match(problem('{ one_of: { at: label, values: [a] } }'), /one_of\.at: a JSON pointer begins with a slash/);
    assert.match(problem('{ one_of: { at: /a } }'), /one_of\.values: is missing/);
    assert.match(
      problem('{ one_of: { valeus: [a], values: [a] } }'),
      /valeus: there is no such key \[Did you mean "values"/,
    );
  });

  test('patterns and bounds that make no sense', () => {
    assert.match(problem('{ pattern: (a }'), /pattern: not a valid regular expression/);
    assert.match(problem('{ pattern: (a+)+ }'), /pattern: a repeated group/);
    assert.match(problem('{ length: {} }'), /length: says neither min nor max/);
    assert.match(problem('{ length: { min_words: 5, max_words: 4 } }'), /length\.min_words: is above max_words/);
    assert.match(problem('{ length: { max_word: 4 } }'), /max_word: there is no such key \[Did you mean "max_words"/);
  });

  test('words that are not known', () => {
    assert.match(problem('{ refusal: false }'), /refusal: a gate that is not wanted is left out/);
    assert.match(problem('{ finish: complet }'), /expected complete or any \[Did you mean "complete"\?\]/);
    assert.match(problem('{ tool_calls: vald }'), /Did you mean "valid"/);
    assert.match(problem('{ code: { languages: [pyton] } }'), /Did you mean "python"/);
    assert.match(problem('{ logprobs: { min: 0.5, at: frist-token } }'), /Did you mean "first-token"/);
    assert.match(problem('{ logprobs: { min: 1.5 } }'), /logprobs\.min: /);
    assert.match(problem('{ logprobs: {} }'), /logprobs\.min: is missing/);
  });

  test('languages that are none', () => {
    assert.match(problem('{ language: english }'), /language: "english" is no language: two small letters/);
    assert.match(problem('{ language: [same, de] }'), /language: `same` stands alone/);
    assert.match(problem('{ language: { is: EN } }'), /language\.is: "EN" is no language/);
  });

  test('confidence that is nowhere or in two places', () => {
    assert.match(problem('{ confidence: { min: 0.5 } }'), /needs either `at`, a JSON pointer, or a `pattern`/);
    assert.match(problem('{ confidence: { min: 0.5, at: /a, pattern: (a) } }'), /needs either/);
    assert.match(problem('{ confidence: { min: 0.5, pattern: a } }'), /pattern: has 0 groups; it needs exactly one/);
    assert.match(problem('{ confidence: { min: 0.5, pattern: (a)(b) } }'), /pattern: has 2 groups/);
  });

  test('second models and artifacts that are not there', () => {
    assert.match(
      problem('{ agreement: { with: smal } }'),
      /agreement\.with: there is no model "smal" \[Did you mean "small"/,
    );
    assert.match(problem('{ agreement: {} }'), /agreement\.with: is missing/);
    assert.match(problem('{ agreement: { with: mid, at: label } }'), /begins with a slash/);
    assert.match(problem('{ agreement: { with: mid, at: /a, pattern: (a) } }'), /takes either `at`.* or a `pattern`/);
    assert.match(
      problem('{ agreement: { with: mid, pattern: a } }'),
      /pattern: has 0 groups; .* around what is compared/,
    );
    assert.match(problem('{ agreement: { with: mid, compare: same } }'), /compare/);
    assert.match(problem('{ agreement: { with: mid, compare: embedding } }'), /needs `by`, the model that makes/);
    assert.match(problem('{ agreement: { with: mid, min: 0.9 } }'), /nothing else takes `by` or `min`/);
    assert.match(problem('{ agreement: { with: mid, compare: embedding, by: smal } }'), /agreement\.by: there is no/);
    assert.match(problem('{ learned: { artifact: none.json } }'), /learned\.artifact: there is no file .*none\.json/);
    assert.match(problem('{ learned: { artifact: learned.json, min: 2 } }'), /learned\.min/);
  });

  test('judges and modules that are not there', () => {
    assert.match(
      problem('{ judge: { model: smal, rubric: r, min: 1 } }'),
      /judge\.model: there is no model "smal" \[Did you mean "small"/,
    );
    assert.match(problem('{ judge: { model: small, min: 1 } }'), /judge\.rubric: is missing/);
    assert.match(problem('{ module: none.mjs }'), /module: there is no file .*none\.mjs/);
    assert.match(problem('{ module: { file: schemas } }'), /module\.file: there is no file/);
  });
});

describe('what only the task can tell', () => {
  test('an irreversible task needs something that can fail an answer', () => {
    const found = (accepted: string): string[] =>
      problems(`tasks: { t: { route: small, consequence: irreversible${accepted} } }`);
    for (const accepted of ['', ', accept: [{ finish: any }]'])
      assert.match(
        found(accepted)[0] ?? '',
        /^tasks\.t\.consequence: .*nothing checks the answers \[Add gates, for example/,
      );
    for (const accepted of ['[]', '[{ refusal: true }]', '[{ finish: any }, { refusal: true }]'])
      taskOf(`{ route: small, consequence: irreversible, accept: ${accepted} }`);
    taskOf('{ route: small, consequence: reversible }');
  });

  test('a private task gets its second answers of private models only, as one of some regions of models there', () => {
    const file = (of: string): string => `
providers: { simulated: {}, far: { dialect: openai, base_url: "http://h", private: false, region: us } }
models: { small: simulated/a, mid: far/b }
tasks: { t: { ${of}, route: small, accept: [{ agreement: { with: mid } }] } }`;
    const load = (of: string) => () => parseConfig(file(of), { file: join(folder, 'tierline.yaml'), env: {} });
    assert.throws(
      load('private: true'),
      /accept\[0\]\.agreement\.with: answers once more for a private task, but "mid" is served by "far"/,
    );
    assert.throws(load('regions: eu'), /agreement\.with: answers once more for a task for eu only, but "mid" has no/);
    assert.equal(load('private: false')().tasks.size, 1);
  });

  test('a private task is judged by private models only', () => {
    const file = (isPrivate: boolean): string => `
providers: { simulated: {}, far: { dialect: openai, base_url: "http://h", private: ${isPrivate} } }
models: { small: simulated/a, mid: far/b }
tasks: { t: { private: true, route: small, accept: [{ judge: { model: mid, rubric: r, min: 1 } }] } }`;
    const load = (text: string) => parseConfig(text, { file: join(folder, 'tierline.yaml'), env: {} });
    assert.equal(load(file(true)).tasks.size, 1);
    assert.throws(
      () => load(file(false)),
      /accept\[0\]\.judge\.model: judges a private task, but "mid" is served by "far", which is not private/,
    );
  });

  test('a task for some regions is judged by models with a place in them', () => {
    const file = (regions: string): string => `
providers: { near: { dialect: openai, base_url: "http://n", region: eu }, far: { dialect: openai, base_url: "http://h", region: us } }
models: { small: near/a, both: { deployments: [{ use: near/b }, { use: far/b }] }, mid: far/b }
tasks: { t: { regions: eu, route: small, accept: [{ judge: { model: ${regions}, rubric: r, min: 1 } }] } }`;
    const load = (text: string) => parseConfig(text, { file: join(folder, 'tierline.yaml'), env: {} });
    assert.equal(load(file('both')).tasks.size, 1);
    assert.throws(
      () => load(file('mid')),
      /accept\[0\]\.judge\.model: judges a task for eu only, but "mid" has no deployment there/,
    );
  });
});
