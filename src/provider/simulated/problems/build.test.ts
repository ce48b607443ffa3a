import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { createDraw } from '../draw.ts';
import { TASK_KINDS } from '../models.ts';
import { buildProblem } from './build.ts';
import { createProblemId, difficultyOf, findMark, markOf } from './problem.ts';

const anyDifficulty = fc.double({ min: 0, max: 1, noNaN: true });
const anyId = fc
  .tuple(fc.string(), anyDifficulty)
  .map(([key, difficulty]) => createProblemId(createDraw(key), difficulty));
const anyKind = fc.constantFrom(...TASK_KINDS);

test('the reference passes its check and every wrong answer fails it', () => {
  fc.assert(
    fc.property(anyKind, anyId, (kind, id) => {
      const problem = buildProblem(kind, id);
      assert.ok(problem.check(problem.reference), problem.reference);
      assert.ok(problem.wrong.length > 0);
      for (const wrong of problem.wrong) assert.ok(!problem.check(wrong), `${wrong} passes for ${problem.reference}`);
      assert.ok(!problem.check(''));
    }),
    { numRuns: 1_000 },
  );
});

test('a problem made again from its id is the same problem', () => {
  fc.assert(
    fc.property(anyKind, anyId, (kind, id) => {
      const { check: _first, ...first } = buildProblem(kind, id);
      const { check: _second, ...second } = buildProblem(kind, id);
      assert.deepEqual(first, second);
    }),
  );
});

test('an id carries its difficulty, and does not show it', () => {
  fc.assert(
    fc.property(fc.string(), anyDifficulty, (key, difficulty) => {
      const id = createProblemId(createDraw(key), difficulty);
      assert.match(id, /^[0-9a-f]{11}$/);
      assert.ok(Math.abs(difficultyOf(id) - difficulty) <= 0.5 / 4095 + 1e-9);
    }),
  );
  const digits = new Set(Array.from({ length: 50 }, (_, n) => createProblemId(createDraw(n), 0.5).slice(8)));
  assert.ok(digits.size > 40, 'equal difficulties must not look equal');
});

test('the mark is found in a text, the last one counts, and others are ignored', () => {
  const id = createProblemId(createDraw('mark'), 0.3);
  assert.deepEqual(findMark(`Work out: 1 + 1\n\n${markOf('arithmetic', id)}`), { kind: 'arithmetic', id });
  assert.deepEqual(findMark(`${markOf('arithmetic', id)} then ${markOf('summary', id)}.`), { kind: 'summary', id });
  assert.equal(findMark(`Case: poetry/${id}`), null);
  assert.equal(findMark('Case: arithmetic/12'), null);
  assert.equal(findMark('nothing'), null);
});

test('arithmetic: the reference is what the expression evaluates to', () => {
  fc.assert(
    fc.property(anyId, (id) => {
      const { text, reference } = buildProblem('arithmetic', id);
      assert.equal(runInNewContext(text.replace('Work out: ', '')), Number(reference));
    }),
  );
});

test('code-question: the reference is what the program prints', () => {
  fc.assert(
    fc.property(anyId, (id) => {
      const { text, reference } = buildProblem('code-question', id);
      const [, program = '', choices = ''] = text.split('\n\n');
      const printed: unknown[] = [];
      runInNewContext(program, { console: { log: (value: unknown) => printed.push(value) } });
      assert.deepEqual(printed, [Number(new RegExp(`${reference}\\) (-?\\d+)`).exec(choices)?.[1])]);
    }),
  );
});

test('invoice-extract: every value of the reference stands in the text', () => {
  fc.assert(
    fc.property(anyId, (id) => {
      const { text, reference } = buildProblem('invoice-extract', id);
      const invoice = JSON.parse(reference) as Record<string, string | number>;
      for (const value of Object.values(invoice)) {
        const written = typeof value === 'number' ? `Total to pay ${value.toFixed(2)}` : value;
        assert.ok(text.includes(written), written);
      }
    }),
  );
});

test('harder problems are longer', () => {
  for (const kind of TASK_KINDS) {
    const lengthAt = (difficulty: number): number =>
      Array.from({ length: 40 }, (_, n) => buildProblem(kind, createProblemId(createDraw(kind, n), difficulty))).reduce(
        (sum, { text }) => sum + text.length,
        0,
      );
    assert.ok(lengthAt(0.9) > 1.2 * lengthAt(0.1), kind);
  }
});

test('checks forgive form and nothing else', () => {
  const id = createProblemId(createDraw('forms'), 0.5);
  const label = buildProblem('ticket-label', id);
  assert.ok(label.check(` "${label.reference.toUpperCase()}".\n`));
  assert.ok(!label.check(`${label.reference} or ${label.wrong[0]}`));
  const sum = buildProblem('arithmetic', id);
  assert.ok(sum.check(` ${sum.reference}.`));
  assert.ok(!sum.check(`${sum.reference}1`));
  const code = buildProblem('code-question', id);
  assert.ok(code.check(`${code.reference}) because`));
  assert.ok(!code.check(`Answer`), 'a word that begins with a letter is no choice');
  const summary = buildProblem('summary', id);
  assert.ok(!summary.check(`${summary.reference} ${'more '.repeat(60)}`));
});
