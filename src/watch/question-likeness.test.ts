import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { likeness } from './question-likeness.ts';
import { toQuestionPrint } from './question-print.ts';

const SALT = 7;

function alike(one: string, other: string): number | null {
  const first = toQuestionPrint(one, SALT) ?? assert.fail(one);
  const second = toQuestionPrint(other, SALT) ?? assert.fail(other);
  return likeness(first, second);
}

/** Words that nobody repeats, as in a document. */
const document = (from: number, count = 120): string =>
  Array.from({ length: count }, (_, at) => `word${(from + at).toString(36)}x`.replaceAll(/\d/g, 'q')).join(' ');

/** The same questions in other words. */
const REPHRASED: [string, string][] = [
  ['Summarise this mail', 'Summarise this mail in three bullets'],
  ['How do I reset my password?', 'How can I reset the password'],
  ['how do i cancel', 'how can i cancel it?'],
  ['What is the capital of Australia?', 'capital of Australia'],
  ['sumarise this mail', 'summarise this mail'],
  ['Write a SQL query that counts orders per day', 'Write a SQL query that counts the orders for each day, please'],
  ['Translate this to German: The invoice is overdue.', 'Translate this into formal German: The invoice is overdue.'],
  ['sort the list by date, descending', 'No, I meant: sort the list by date descending'],
  ['fix the bug in parse()', 'fix the bug in parse() and explain it'],
  ['Fasse diese E-Mail zusammen', 'Fasse diese E-Mail in drei Punkten zusammen'],
  ['Résume ce texte', 'Résume ce texte en une phrase'],
  ['このメールを要約して', 'このメールを三つの箇条書きで要約して'],
  ['把这封邮件翻译成英文', '请把这封邮件翻译成正式的英文'],
  ['오늘 서울 날씨 알려줘', '오늘 서울 날씨 자세히 알려줘'],
  [`Summarise this mail: ${document(1)}`, `Summarise this mail in three bullets: ${document(1)}`],
  [document(1), `${document(1)} Answer in French.`],
];

/** Other questions. */
const OTHERS: [string, string][] = [
  ['Summarise this mail', 'Who has sent it, and what do they want?'],
  ['What is 17 + 25?', 'What is 12 + 30?'],
  ['What is the capital of France?', 'What is the capital of Italy?'],
  ['What is the capital of Australia?', 'How many people live there?'],
  ['How do I reset my password?', 'How do I delete my account?'],
  ['Where is order 1234?', 'Where is order 9876?'],
  ['Write a poem about the sea', 'Write a function that reverses a list'],
  ['Explain recursion', 'Now give me an example in Python'],
  ['continue', 'continue with the next file'],
  ['thanks', 'ok'],
  ['このメールを要約して', '明日の天気を教えて'],
  ['把这封邮件翻译成英文', '这封邮件是谁写的？'],
  ['第3章を要約して', '第4章を要約して'],
  ['오늘 서울 날씨 알려줘', '회의 일정을 잡아줘'],
  [`${document(1)} What is the total?`, `${document(1)} Who signed it, and when?`],
  [`Who signed this? ${document(1)}`, `Translate it to English. ${document(1)}`],
  [`${document(1)} Ticket: the printer is broken`, `${document(1)} Ticket: I want my money back`],
];

describe('questions are alike', () => {
  for (const [one, other] of REPHRASED) {
    test(`${one.slice(0, 50)} | ${other.slice(0, 60)}`, () => {
      const found = alike(one, other);
      assert.ok(found !== null && found >= 0.35 && found < 1, String(found));
      assert.equal(alike(other, one), found, 'whichever came first');
    });
  }
});

describe('questions are not alike', () => {
  for (const [one, other] of OTHERS) {
    test(`${one.slice(0, 50)} | ${other.slice(0, 60)}`, () => {
      assert.equal(alike(one, other), null);
      assert.equal(alike(other, one), null);
    });
  }
});

test('a question is as much like itself as can be', () => {
  for (const [one] of [...REPHRASED, ...OTHERS]) assert.equal(alike(one, one), 1);
});

test('a word of a long question that was changed is looked at by itself', () => {
  assert.equal(alike(`${document(1)} formal ${document(500)}`, `${document(1)} friendly ${document(500)}`), null);
});
