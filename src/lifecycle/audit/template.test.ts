import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { askTemplateOf, nameOf, templateOf, titleOf, toTaskName } from './template.ts';

describe('templates', () => {
  const same = (one: string, other: string): void => assert.equal(templateOf(one), templateOf(other));

  test('dates, numbers and ids make no difference', () => {
    same('Today is 2026-11-01. Request 17.', 'Today is 2026-11-28. Request 99123.');
    same('Session 5f0a8c0a-0001: be brief.', 'Session 77bcde12-4431: be brief.');
    same('It is Monday, 3 March.', 'It is Friday, 12 December.');
  });

  test('names, addresses and quoted material make no difference', () => {
    same('You help Alice Weber with her tax.', 'You help Bob Stone with her tax.');
    same(
      'Write to jane@example.org, see https://example.org/x?a=1.',
      'Write to bob@other.net, see https://other.net/y.',
    );
    same('Answer as "Captain Hook" would.', 'Answer as "Wendy" would.');
  });

  test('pasted material makes no difference', () => {
    const material = (text: string): string => `Answer from the context only.\nContext:\n${text}\n\n# Rules\nBe brief.`;
    same(material('Rivers run to the sea.'), material('Salt is mined here.\nAnd elsewhere.'));
    const tagged = (text: string): string => `Summarise it. <document>${text}</document> Three sentences.`;
    same(tagged('a '.repeat(50)), tagged('b '.repeat(70)));
    same('Review this:\n```\nconst a = 1;\n```', 'Review this:\n```\nlet b = [];\n```');
  });

  test('instructions that differ are different templates', () => {
    assert.notEqual(templateOf('Classify the ticket.'), templateOf('Summarise the ticket.'));
  });

  test('no digit, no address and no word of a name is left', () => {
    const template = templateOf('Dear user 4711, this is for Anna-Lena at anna@example.org or +49 170 123456.');
    assert.doesNotMatch(template, /\d|@|anna/i);
  });

  test('of a first message only its head counts, when it has one', () => {
    assert.equal(
      askTemplateOf('Translate this to German: the cat sat'),
      askTemplateOf('Translate this to German: dogs bark'),
    );
    assert.equal(
      askTemplateOf('Summarise the mail below\n\nHello Bob'),
      askTemplateOf('Summarise the mail below\n\nDear Ann'),
    );
    assert.notEqual(askTemplateOf('what is a river'), askTemplateOf('what is a lake'));
  });

  test('it takes any text, and the template of a template is itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => typeof templateOf(text) === 'string'),
    );
    const once = templateOf('You are a support system for Acme Corp. Classify ticket 12.');
    assert.equal(templateOf(once), once);
  });

  test('long texts of brackets and colons take no time to speak of', () => {
    const started = performance.now();
    for (const piece of ['<a>', 'text: ', '"', '```', 'Context:\n', 'A b ']) templateOf(piece.repeat(20_000));
    assert.ok(performance.now() - started < 2000);
  });
});

describe('names', () => {
  test('a template is named by its telling words', () => {
    assert.equal(
      nameOf(templateOf('You are a support triage system. Classify the ticket.')),
      'support-triage-classify',
    );
    assert.equal(nameOf('_ _'), null);
  });

  test('a title shows no slots and is short', () => {
    assert.equal(titleOf('write to _ about _'), 'write to … about …');
    assert.ok(titleOf('word '.repeat(60)).length <= 62);
  });

  test("what a log calls a task becomes a configuration's name", () => {
    assert.equal(toTaskName('Ticket Triage / v2'), 'Ticket-Triage-v2');
    assert.equal(toTaskName('ticket-triage'), 'ticket-triage');
    assert.equal(toTaskName('12345'), null);
    assert.equal(toTaskName(' // '), null);
  });
});
