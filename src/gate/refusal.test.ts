import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRefusalGate } from './refusal.ts';
import { answerOf, CALL_ONLY, passes, rejectsEarly, verdictOf } from './sample.test.ts';

const gate = createRefusalGate();

const REFUSALS = [
  "I'm sorry, but I can't help with that.",
  'I’m sorry, but I can’t assist with that request.',
  "I'm sorry. I can't help with that.",
  'I cannot provide instructions for making this.',
  'I am unable to create that content.',
  "Unfortunately, I'm not able to help with this.",
  'As an AI language model, I cannot give medical advice.',
  'I apologize for the inconvenience, but I cannot fulfill this request.',
  "I understand your frustration, but I can't help with that.",
  'I must respectfully decline.',
  'This request goes against my guidelines.',
  'Es tut mir leid, aber ich kann dir dabei nicht helfen.',
  'Tut mir leid, dabei kann ich nicht helfen.',
  'Leider kann ich Ihnen bei dieser Anfrage nicht weiterhelfen.',
  'Ich kann diese Anfrage nicht beantworten.',
  'Ich kann Ihnen keine medizinischen Ratschläge geben.',
  'Das kann ich leider nicht tun.',
  'Ich bin nicht in der Lage, das zu tun.',
  'Je suis désolé, mais je ne peux pas vous aider avec cela.',
  'Désolée, je ne peux pas répondre à cette demande.',
  'Malheureusement, je ne suis pas en mesure de fournir ces informations.',
  'Lo siento, pero no puedo ayudarte con eso.',
  'Lamentablemente, no puedo proporcionar esa información.',
  'No puedo cumplir con esta solicitud.',
];

const ANSWERS = [
  "I can't find any bugs in this code.",
  "I can't help but notice a typo in line 3.",
  'I cannot recommend it highly enough.',
  '"I\'m sorry, but I can\'t help with that" is what the old bot said.',
  'He said: I cannot help with that.',
  '> I cannot help with that.\n\nThis line refuses.',
  'The template begins with "I am unable to help".',
  'Sorry to hear that! Here is the fix: restart the router.',
  'Unfortunately, the server was down for two hours.',
  "I'm sorry for the delay. Your refund was issued.",
  'Ich kann dir helfen.',
  'Ich kann nicht nur helfen, sondern auch erklären.',
  'Leider war der Server zwei Stunden lang nicht erreichbar.',
  'Je peux vous aider.',
  'Malheureusement, le serveur était en panne.',
  'Puedo ayudarte.',
  'Lo siento por la espera; aquí está la respuesta.',
  '',
];

test('answers that decline are found in four languages', () => {
  for (const text of REFUSALS) {
    assert.ok(!passes(gate, text), text);
    assert.ok(!passes(gate, `\n ${text.toUpperCase()} Is there anything else?`), text);
  }
});

test('answers that only look like it pass', () => {
  for (const text of ANSWERS) assert.ok(passes(gate, text), text);
});

test('only the beginning counts', () => {
  for (const text of REFUSALS) {
    assert.ok(passes(gate, `Here is what support wrote to the customer. It took two days. "${text}"`), text);
    assert.ok(passes(gate, `A clause such as this is common. It means nothing. ${text}`), text);
  }
});

test("the provider's own refusal counts whatever the text says", () => {
  assert.match(verdictOf(gate, answerOf('Sure!', { refusal: 'No.' })).reason, /is a refusal/);
  assert.ok(passes(gate, answerOf('Sure!', { refusal: '' })));
  assert.ok(!passes(gate, answerOf('Sure!', { finish: { reason: 'refusal', raw: 'content_filter' } })));
});

test('an answer that only calls tools does not decline', () => {
  assert.ok(passes(gate, CALL_ONLY));
});

test('a refusal is told as soon as its sentences have ended', () => {
  const refusal = "I'm sorry, but I can't help with that.";
  assert.ok(!rejectsEarly(gate, refusal));
  assert.ok(!rejectsEarly(gate, `${refusal} Is there anything`));
  assert.ok(rejectsEarly(gate, `${refusal} Is there anything else? `));
  assert.ok(rejectsEarly(gate, `I can't help with that, ${'and I will say why at length, '.repeat(9)}`));
  assert.ok(!rejectsEarly(gate, `Sure. Of course. ${refusal} `));
  assert.equal(gate.early?.({ ...answerOf(''), refusal: 'N', isComplete: false }, QUESTION)?.pass, false);
});

test('a long text under way is no longer looked at', () => {
  assert.ok(!rejectsEarly(gate, `I can't help with that. Sorry. ${'x '.repeat(600)}`));
});

const QUESTION = { ask: '', turns: [], tools: [], schema: null, failedCalls: [] };
