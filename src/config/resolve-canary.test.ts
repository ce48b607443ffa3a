import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE, onlyProblemOf, parse, problemsOf } from './sample.test.ts';

const TASKS = `
tasks:
  a: { route: small }
  b: { route: small }
`;

test('without the section no answer is answered again', () => {
  assert.equal(parse(BASE + TASKS).canary, null);
});

test('a task has what the file says, the baseline for its reference, 5 % of its answers, and 5 dollars a day', () => {
  const canary = parse(`${BASE}${TASKS}baseline: mid\ncanary: {}\n`).canary;
  const task = { share: 0.05, reference: 'mid', grading: 'accept', usualGap: null, judge: null };
  assert.deepEqual(canary, {
    budgetNanoUsd: 5e9,
    isMasked: true,
    tasks: new Map([
      ['a', task],
      ['b', task],
    ]),
  });
});

test('only the tasks that are named, where some are', () => {
  const { tasks } = parse(`${BASE}${TASKS}baseline: mid\ncanary: { tasks: b }\n`).canary ?? assert.fail();
  assert.deepEqual([...tasks.keys()], ['b']);
});

test('what a task says goes before what the file says, and it may want none', () => {
  const text = `${BASE}
tasks:
  a: { route: small, canary: { share: 20%, reference: small } }
  b: { route: small, canary: off }
  c: { route: small, canary: false }
  d: { route: small, canary: { grade: judge, usual_gap: -2 } }
baseline: mid
canary: { share: 1%, judge: { model: mid, rubric: Short. }, tasks: [a, d], budget_usd: 0.5, mask: false }
`;
  const canary = parse(text).canary ?? assert.fail();
  assert.deepEqual([canary.budgetNanoUsd, canary.isMasked], [5e8, false]);
  assert.deepEqual(
    [...canary.tasks.entries()],
    [
      ['a', { share: 0.2, reference: 'small', grading: 'accept', usualGap: null, judge: null }],
      [
        'd',
        { share: 0.01, reference: 'mid', grading: 'judge', usualGap: -0.02, judge: { model: 'mid', rubric: 'Short.' } },
      ],
    ],
  );
});

test('a task that is written out is watched though the list does not name it', () => {
  const text = `${BASE}
tasks: { a: { route: small, canary: { share: 2% } }, b: { route: small } }
baseline: mid
canary: { tasks: [b] }
`;
  assert.deepEqual([...(parse(text).canary ?? assert.fail()).tasks.keys()], ['a', 'b']);
});

test('what is wrong is told where it stands', () => {
  assert.equal(
    onlyProblemOf(`${BASE}tasks: { a: { route: small, canary: { share: 5% } } }`),
    'tasks.a.canary: says how a task is watched, but the file has no section `canary`, which is where the budget stands [Add for example: canary: { budget_usd: 5 }]',
  );
  assert.match(
    onlyProblemOf(`${BASE}tasks: { a: { route: small } }\ncanary: {}`),
    /^canary: names no `reference`, the model that answers again/,
  );
  assert.deepEqual(
    problemsOf(`${BASE}${TASKS}canary: { reference: mdi, judge: { model: smal, rubric: r }, tasks: [aa] }`),
    [
      'canary.reference: there is no model "mdi" [Did you mean "mid"?]',
      'canary.judge.model: there is no model "smal" [Did you mean "small"?]',
      'canary.tasks[0]: there is no task "aa" [Did you mean "a"?]',
    ],
  );
  assert.match(
    onlyProblemOf(`${BASE}tasks: { a: { route: small, canary: { grade: judge } } }\nbaseline: mid\ncanary: {}`),
    /^tasks\.a\.canary: is graded by a judge, but has no `judge/,
  );
  assert.match(onlyProblemOf(`${BASE}baseline: mid\ncanary: { share: 0 }`), /share: .*above 0/);
  assert.match(onlyProblemOf(`${BASE}baseline: mid\ncanary: { grade: guess }`), /grade/);
});
