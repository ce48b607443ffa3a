import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askName, type Interviewed, interviewTask } from './interview.ts';
import type { Prompter } from './prompter.ts';
import { type Entry, QUESTIONS } from './register.ts';

/** A word of the question, and the answer: a text that passes its check, a choice, or null to leave. Enter where nothing is said. */
type Script = Record<string, string | string[] | null>;

interface Played extends Prompter {
  asked: string[];
  refused: string[];
}

/** Answers by the first word of the script that stands in the question; anything else is what was suggested. */
function playedPrompter(script: Script, refusedFirst: Script = {}): Played {
  const find = (from: Script, message: string) => Object.entries(from).find(([word]) => message.includes(word))?.[1];
  const played: Played = {
    asked: [],
    refused: [],
    text: ({ message, initial = '', check }) => {
      played.asked.push(message);
      const wrong = find(refusedFirst, message);
      if (typeof wrong === 'string') played.refused.push(check?.(wrong) ?? '');
      const answer = find(script, message);
      const text = answer === undefined ? initial : answer;
      if (typeof text === 'string') assert.equal(check?.(text), undefined, `${message} refuses ${text}`);
      return Promise.resolve(text as string | null);
    },
    select: ({ message, choices, initial }) => {
      played.asked.push(message);
      const answer = find(script, message);
      const choice = answer === undefined ? (initial ?? choices[0]?.value ?? '') : answer;
      if (choice !== null)
        assert.ok(
          choices.some(({ value }) => value === choice),
          `${message} has no ${String(choice)}`,
        );
      return Promise.resolve(choice as string | null);
    },
    several: ({ message, initial }) => {
      played.asked.push(message);
      const answer = find(script, message);
      return Promise.resolve(answer === undefined ? [...initial] : (answer as string[] | null));
    },
    say: () => {},
  };
  return played;
}

const KNOWN: Entry = {
  input: { typical_tokens: 400, largest_tokens: 900, languages: ['en'], structure: ['schema'] },
  output: { typical_tokens: 3, largest_tokens: 8 },
  volume: 1000,
  accept: [{ one_of: ['bug', 'idea'] }],
  unanswered: [...QUESTIONS],
  evidence: {
    log: {
      fingerprint: 'p',
      calls: 5,
      spend_usd: 1,
      models: {},
      personal_data: { sampled: 5, calls: 2, kinds: { email: 2 } },
    },
  },
};

const ask = (entry: Entry, script: Script, wrong: Script = {}): Promise<Interviewed> =>
  interviewTask(entry, playedPrompter(script, wrong));

test('all questions are asked, the three of an audit among them', async () => {
  const prompter = playedPrompter({});
  await interviewTask({}, prompter);
  assert.equal(prompter.asked.length, 11);
  for (const words of ['How long are its requests', 'acceptable', 'wrong answer cost'])
    assert.ok(
      prompter.asked.some((message) => message.includes(words)),
      words,
    );
});

test('pressing enter throughout keeps what is known, and answers nothing that only people know', async () => {
  const { answers, unanswered, hasLeft } = await ask(KNOWN, {});
  assert.deepEqual(answers, { input: KNOWN.input, output: KNOWN.output, volume: 1000 });
  assert.deepEqual(unanswered, ['owner', 'consequence', 'latency_budget', 'private']);
  assert.equal(hasLeft, false);
});

test('answers come back as a configuration writes them', async () => {
  const { answers, unanswered } = await ask(KNOWN, {
    'one sentence': 'Labels tickets.',
    'Who owns': 'support',
    'its requests, in tokens': '350 / 4,000',
    languages: 'de, fr',
    'bring along': ['tables'],
    'wrong answer': 'reversible',
    'How long may': '800ms',
    private: 'private',
    'calls a month': '120 000',
    acceptable: 'labels',
    labels: 'billing, bug , bug',
  });
  assert.deepEqual(answers, {
    description: 'Labels tickets.',
    owner: 'support',
    input: { typical_tokens: 350, largest_tokens: 4000, languages: ['de', 'fr'], structure: ['tables'] },
    output: KNOWN.output,
    accept: [{ one_of: ['billing', 'bug'] }],
    consequence: 'reversible',
    latency_budget: '800ms',
    private: true,
    volume: 120_000,
  });
  assert.deepEqual(unanswered, []);
});

test('each kind of check has its gates', async () => {
  const gates = async (script: Script): Promise<unknown> => (await ask({}, script)).answers.accept;
  assert.deepEqual(await gates({ acceptable: 'schema' }), [{ json_schema: 'request' }]);
  assert.deepEqual(await gates({ acceptable: 'tools' }), [{ tool_calls: 'valid' }, { refusal: true }]);
  assert.deepEqual(await gates({ acceptable: 'text' }), [{ finish: 'complete' }, { refusal: true }]);
  assert.equal(await gates({ acceptable: 'open' }), undefined);
});

test('what is no answer is refused with what is expected', async () => {
  const prompter = playedPrompter(
    { acceptable: 'labels', 'Which labels': 'a, b' },
    {
      'How long may': 'soon',
      'its requests, in tokens': '900 / 400',
      languages: 'german',
      'Which labels': 'only',
      'calls a month': 'many',
    },
  );
  await interviewTask({}, prompter);
  assert.deepEqual(prompter.refused, [
    'expected one number or two, such as 350 / 4000, the larger one last',
    'expected codes of two letters, such as en, de',
    'expected at least two labels',
    'expected a duration with its unit, such as 800ms, 2s, 5m, 1h or 90d',
    'expected a whole number',
  ]);
});

test('leaving keeps what was answered before, wherever that is', async () => {
  const { answers, unanswered, hasLeft } = await ask(KNOWN, { 'Who owns': 'support', 'wrong answer': null });
  assert.equal(hasLeft, true);
  assert.equal(answers.owner, 'support');
  assert.equal(answers.consequence, undefined);
  assert.deepEqual(unanswered, ['consequence', 'latency_budget', 'private']);
  for (const word of [
    'one sentence',
    'Who owns',
    'its requests',
    'languages',
    'bring along',
    'its answers',
    'acceptable',
    'How long may',
    'private',
    'calls a month',
  ])
    assert.equal((await ask(KNOWN, { [word]: null })).hasLeft, true, word);
});

test('personal data that was seen is told where it matters', async () => {
  const prompter = playedPrompter({});
  await interviewTask(KNOWN, prompter);
  assert.ok(prompter.asked.some((message) => message.includes('2 of 5 sampled calls seem to hold personal data')));
});

test('a name is one that a configuration takes, and a new one', async () => {
  const prompter = playedPrompter({ called: 'ticket-triage' });
  assert.equal(await askName(prompter, []), 'ticket-triage');
  const told: (string | undefined)[] = [];
  await askName(
    {
      ...prompter,
      text: ({ check }) => {
        for (const text of ['', 'a/b', 'there', 'ok']) told.push(check?.(text));
        return Promise.resolve(null);
      },
    },
    ['there'],
  );
  assert.match(told[0] ?? '', /name begins with a letter/);
  assert.deepEqual(told.slice(1), ['a task name has no slash', 'there is a task of that name', undefined]);
});
