import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { detectLanguage } from './language.ts';

const TEXTS: Record<string, string[]> = {
  en: [
    'What is the best way to get from the station to the museum?',
    'Please summarise this report for me in three points.',
  ],
  de: [
    'Kannst du mir bitte sagen, wie ich die Rechnung für mein Konto bekommen kann?',
    'Was ist der Unterschied zwischen den beiden Tarifen und welcher ist besser?',
  ],
  fr: [
    'Quelle est la différence entre les deux offres et comment est-ce que je peux changer ?',
    'Je ne comprends pas ce que vous voulez dire dans ce message.',
  ],
  es: [
    '¿Cuál es la mejor forma de llegar a la estación y cuánto cuesta el billete?',
    'No entiendo por qué mi cuenta no se puede abrir con la nueva clave.',
  ],
  pt: [
    'Qual é a melhor forma de chegar à estação e quanto custa o bilhete para uma criança?',
    'Não entendo por que a minha conta não está mais no sistema.',
  ],
  it: [
    'Qual è il modo migliore per arrivare alla stazione e che cosa mi serve per il viaggio?',
    'Non capisco perché il mio conto non è più nel sistema.',
  ],
  nl: [
    'Wat is de beste manier om van het station naar het museum te gaan en hoe duur is dat?',
    'Kan je mij zeggen wat er met mijn rekening is en hoe ik die kan zien?',
  ],
  sv: ['Vad är det bästa sättet att komma till stationen och hur mycket kostar en biljett för ett barn?'],
  pl: ['Jak mogę dojść do dworca i czy to jest daleko od muzeum, bo nie wiem, co robić?'],
  tr: ['Bu hesap için bir şifre nasıl değiştirilir ve ne kadar sürer, benim için çok önemli.'],
  ru: ['Как мне пройти на вокзал и что мне для этого нужно? Я не знаю, где он.'],
  uk: ['Як мені пройти на вокзал і що для цього потрібно? Я не знаю, де він.'],
  ja: ['駅までの道を教えてください。', '請求書はどこで見られますか?'],
  ko: ['역까지 어떻게 가나요? 요금은 얼마입니까?'],
  zh: ['请告诉我怎么去火车站,票价是多少?'],
  el: ['Πώς μπορώ να πάω στον σταθμό;'],
  he: ['איך אני מגיע לתחנה?'],
  ar: ['كيف أصل إلى المحطة؟'],
  hi: ['मैं स्टेशन कैसे पहुँचूँ?'],
  th: ['ฉันจะไปสถานีได้อย่างไร'],
};

for (const [language, texts] of Object.entries(TEXTS)) {
  test(`${language} is told`, () => {
    for (const text of texts) assert.equal(detectLanguage(text), language, text);
  });
}

test('what does not tell is null, never a guess', () => {
  for (const text of [
    '',
    '42',
    'ok',
    'Tierline',
    'Hello',
    '???',
    '12:30 - 14:00',
    'https://the.of.and/to/in/is',
    'la la la',
  ])
    assert.equal(detectLanguage(text), null, text);
});

test('code is no language, the words around it are', () => {
  const code = 'const the = of.and; if (this.is.not) return to.be;\n'.repeat(5);
  assert.equal(detectLanguage(`\`\`\`js\n${code}\`\`\``), null);
  assert.equal(detectLanguage(`Was macht das hier und wie ist das?\n\`\`\`js\n${code}\`\`\``), 'de');
  assert.equal(detectLanguage('この関数 `the of and to in is` は何ですか'), 'ja');
});

test('a foreign name or a quoted word changes nothing', () => {
  assert.equal(detectLanguage('What does the word 信頼 mean in the title of this book, and is it for me?'), 'en');
});

test('any text has a language of two letters or none', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      assert.match(detectLanguage(text) ?? 'xx', /^[a-z]{2}$/);
    }),
  );
});
