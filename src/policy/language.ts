// Tells the language of a text by its script and, among languages that share one, by its commonest words. Small and
// unsure on purpose: a short or mixed text is null, never a guess.

/** Scripts that one language alone is usually written in. Japanese and Korean before Chinese: they use its characters too. */
const SCRIPTS: readonly [language: string, script: RegExp][] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['ko', /\p{Script=Hangul}/gu],
  ['zh', /\p{Script=Han}/gu],
  ['el', /\p{Script=Greek}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['th', /\p{Script=Thai}/gu],
  ['hi', /\p{Script=Devanagari}/gu],
  ['ar', /\p{Script=Arabic}/gu],
];

/** Function words; one that several of these languages have counts for each of them. */
const WORDS: Readonly<Record<string, string>> = {
  en: 'the of and to in is that it for was with as on be at by this are or from not have you what how can my do please which',
  de: 'der die das und ist nicht ein eine zu mit den von dem für auf ich sich im wie was bitte kann auch wir sie dass mein haben es oder',
  fr: 'le la les de des et est un une pour dans que qui ne pas sur avec je vous nous ce cette comment quel mon il elle sont du au',
  es: 'el la los las de y es un una para en que no con por como qué se mi su del al lo cómo esta este son me más cuál',
  pt: 'o a os as de e é um uma para em que não com por como se meu sua do da no na dos das você isso são mais qual está',
  it: 'il lo la gli le di e è un una per in che non con come si mio del della al sono questo questa più cosa perché nel dei',
  nl: 'de het een en van is niet dat in op te met voor zijn ik je we wat hoe kan dit er aan ook om maar deze wordt mijn',
  sv: 'och att det är en ett på som för inte med jag av den till har vad hur kan om vi du min från eller så',
  pl: 'i w na nie się jest to że z do jak co czy dla po ale jego od przez mnie jestem są tym moje proszę oraz',
  tr: 've bir bu için ne mi ile da de çok nasıl olarak ben var değil daha olan gibi kadar benim lütfen sonra ama',
  ru: 'и в не на что с как это по для из от мы вы я он она они его был было есть или так же мой пожалуйста можно',
  uk: 'і в не на що з як це до для та від ми ви я він вона вони його був було є або так мій будь ласка можна',
};

const LANGUAGES = Object.keys(WORDS);
const OF_WORD = new Map<string, number[]>();
for (const [at, language] of LANGUAGES.entries()) {
  for (const word of (WORDS[language] as string).split(' ')) OF_WORD.set(word, [...(OF_WORD.get(word) ?? []), at]);
}

/** Characters that are looked at; the language does not change behind them. */
const SAMPLE = 2000;
/** Share of the letters that a script has to have. Latin words stand in texts of every language. */
const SCRIPT_SHARE = 0.3;
/** Function words a text has to show before they mean anything, and how far the first has to be ahead of the second. */
const LEAST_WORDS = 3;
const LEAD = 1.25;

/** ISO 639-1 code, or null when the text does not tell. */
export function detectLanguage(text: string): string | null {
  const sample = text.slice(0, SAMPLE);
  // Code between fences is nobody's language.
  const prose = sample.replaceAll(/```.*?(?:```|$)/gs, ' ').replaceAll(/`[^`\n]*`|https?:\S+/g, ' ');
  const letters = prose.match(/\p{L}/gu)?.length ?? 0;
  if (letters < 2) return null;
  if (/[\u0370-\u03ff\u0590-\u0eff\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]/.test(prose)) {
    const other = byScript(prose, letters);
    if (other !== null) return other;
  }
  return byWords(prose);
}

function byScript(prose: string, letters: number): string | null {
  const counts = SCRIPTS.map(([language, script]) => ({ language, count: prose.match(script)?.length ?? 0 }));
  const count = (language: string): number => counts.find((one) => one.language === language)?.count ?? 0;
  const asian = count('ja') + count('ko') + count('zh');
  if (asian >= letters * SCRIPT_SHARE) {
    if (count('ja') >= asian * 0.1) return 'ja';
    return count('ko') >= asian * 0.3 ? 'ko' : 'zh';
  }
  const best = counts.toSorted((one, other) => other.count - one.count)[0];
  return best !== undefined && best.count >= letters * SCRIPT_SHARE ? best.language : null;
}

function byWords(prose: string): string | null {
  const hits = LANGUAGES.map(() => 0);
  for (const word of prose.toLowerCase().match(/\p{L}+/gu) ?? []) {
    for (const at of OF_WORD.get(word) ?? []) hits[at] = (hits[at] as number) + 1;
  }
  let best = 0;
  let second = 0;
  let winner = -1;
  for (const [at, count] of hits.entries()) {
    if (count > best) {
      second = best;
      best = count;
      winner = at;
    } else if (count > second) second = count;
  }
  return best >= LEAST_WORDS && best >= second * LEAD ? (LANGUAGES[winner] as string) : null;
}
