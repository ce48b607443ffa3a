import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Gate } from './gate.ts';
import { createLanguageGate } from './language.ts';
import { GateProblem } from './peer.ts';
import { CALL_ONLY, passes, verdictOf } from './sample.test.ts';

const gateOf = (allowed: readonly string[] | 'same', minLetters = 20): Gate =>
  createLanguageGate({ kind: 'language', allowed, minLetters }, import.meta.dirname);

const TEXTS: Record<string, string> = {
  en: 'The meeting has been moved to Thursday because the room is not available.',
  de: 'Die Besprechung wurde auf Donnerstag verschoben, weil der Raum nicht verfügbar ist.',
  fr: "La réunion a été reportée à jeudi car la salle n'est pas disponible.",
  es: 'La reunión se ha aplazado al jueves porque la sala no está disponible.',
  it: 'La riunione è stata spostata a giovedì perché la sala non è disponibile.',
  pl: 'Spotkanie zostało przeniesione na czwartek, ponieważ sala nie jest dostępna.',
  ru: 'Встреча перенесена на четверг, потому что зал недоступен.',
  zh: '由于会议室不可用，会议已改到星期四。',
  ja: '部屋が使えないため、会議は木曜日に変更されました。',
};

test('an answer in the language of the question passes, in any other it fails', () => {
  const gate = gateOf('same');
  for (const [language, ask] of Object.entries(TEXTS)) {
    for (const [other, text] of Object.entries(TEXTS)) {
      const verdict = verdictOf(gate, text, { ask });
      assert.equal(verdict.pass, language === other, `${language} ${other}: ${verdict.reason}`);
    }
  }
});

test('a list names the languages that are allowed', () => {
  const gate = gateOf(['en', 'de']);
  assert.deepEqual([verdictOf(gate, TEXTS.de ?? '').pass, verdictOf(gate, TEXTS.de ?? '').score], [true, 1]);
  assert.equal(verdictOf(gate, TEXTS.fr ?? '').reason, 'is in fr, not in en or de');
});

test('a text too short to tell passes without a score', () => {
  const gate = gateOf(['de']);
  for (const text of ['OK.', '42', '', 'Paris', '😀'.repeat(30)])
    assert.deepEqual([verdictOf(gate, text).pass, verdictOf(gate, text).score], [true, null], text);
  const same = verdictOf(gateOf('same'), TEXTS.en ?? '', { ask: 'ok?' });
  assert.deepEqual([same.pass, same.score, same.reason], [true, null, 'cannot tell the language of the question']);
});

test('how short too short is can be said', () => {
  assert.ok(passes(gateOf(['de'], 100), TEXTS.en ?? ''));
  assert.ok(!passes(gateOf(['de'], 5), 'Yes, of course I do'));
});

test('code, addresses and markup have no language', () => {
  const code = '```js\n// The meeting has been moved to Thursday because the room is not available.\n```';
  assert.ok(passes(gateOf(['de']), `${TEXTS.de} \`const isAvailable = await getMeetingRoom()\`\n${code}`));
  assert.equal(verdictOf(gateOf(['de']), `https://example.com/the-meeting-has-been-moved\n${code}`).score, null);
});

test('an answer that only calls tools passes', () => {
  assert.ok(passes(gateOf(['de']), CALL_ONLY));
});

test('a language that nobody can tell apart is a problem of the configuration', () => {
  assert.throws(
    () => gateOf(['en', 'xx']),
    (error) => error instanceof GateProblem && /"xx"/.test(error.message) && /\bde, /.test(error.hint ?? ''),
  );
});
