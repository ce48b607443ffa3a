// Facts of a request as numbers, in a fixed order: how long it is, what it is made of, how it asks, what there is to choose from. The order
// is part of every artifact; a change of what one of them means is a new version.
import type { RequestFacts } from '../rows/row.ts';
import { GROUPS, groupAt, isEnglishAt, placeOf } from './asking-words.ts';
import { type Choices, findChoices } from './choices.ts';
import { LONGEST_TEXT, NUMBER, SIGN, type Tokens, WORD } from './scan.ts';

/** Version of the list below. An artifact made with another one is refused. */
export const FACTS_VERSION = 1;

const OWN = [
  'characters',
  'whole',
  'stem',
  'stemSquared',
  'words',
  'wordLength',
  'longWords',
  'distinct',
  'names',
  'shouted',
  'english',
  'foreign',
  'numbers',
  'choiceNumbers',
  'digits',
  'longestNumber',
  'years',
  'signs',
  'commas',
  'mathSigns',
  'latex',
  'money',
  'percent',
  'brackets',
  'codeSigns',
  'quotes',
  'questions',
  'endsAsking',
  'endsOpen',
  'blanks',
  'sentences',
  'lines',
  'bullets',
  'tables',
  'fences',
  'choices',
  'choiceLength',
  'choiceLongest',
  'choiceShortest',
  'choiceSpread',
  'choiceWords',
  'numericChoices',
  'choicesFromStem',
  'turns',
  'tools',
  'schema',
  'images',
] as const;
type Own = (typeof OWN)[number];

/** Names of the facts in their order. */
export const FACT_NAMES: readonly string[] = [...OWN, ...GROUPS.map((group) => `says ${group}`)];

const AT = Object.fromEntries(OWN.map((name, index) => [name, index])) as Record<Own, number>;

/** Kinds of signs, by character code. */
const KINDS = new Uint8Array(0x3100);
const MATH = 1;
const CODE = 2;
const COMMA = 4;
const QUOTE = 8;
const BRACKET = 16;
for (const [signs, kind] of [
  ['=+*/^<>×÷√∑∫≤≥−', MATH],
  ['{};[]_#@&', CODE],
  [',;:()"\'', COMMA],
  ['"“`«', QUOTE],
  ['([{', BRACKET],
] as const)
  for (const sign of signs) KINDS[sign.charCodeAt(0)] = (KINDS[sign.charCodeAt(0)] as number) | kind;

/** Gathers the facts of one text after the other; told of every token by whoever walks over it. */
export class FactCounter {
  private readonly groups = new Uint8Array(GROUPS.length);
  /** In which text a word was last met, by some bits of its hash: near enough to tell different words. */
  private readonly metIn = new Uint32Array(8192);
  private texts = 0;
  private text = '';
  private choices: Choices = NO_CHOICES;
  private words = 0;
  private letters = 0;
  private longWords = 0;
  private different = 0;
  private names = 0;
  private shouted = 0;
  private english = 0;
  private foreign = 0;
  private numbers = 0;
  private choiceNumbers = 0;
  private digits = 0;
  private longestNumber = 0;
  private years = 0;
  private signs = 0;
  private commas = 0;
  private mathSigns = 0;
  private latex = 0;
  private money = 0;
  private percent = 0;
  private brackets = 0;
  private codeSigns = 0;
  private quotes = 0;
  private questions = 0;
  private sentences = 0;
  private blanks = 0;
  private choiceWords = 0;
  private fromStem = 0;

  begin(text: string): void {
    this.text = text;
    this.choices = findChoices(text);
    this.groups.fill(0);
    this.texts++;
    this.words = this.letters = this.longWords = this.different = this.names = this.shouted = this.english = 0;
    this.foreign = this.numbers = this.choiceNumbers = this.digits = this.longestNumber = this.years = 0;
    this.signs = this.commas = this.mathSigns = this.latex = this.money = this.percent = this.brackets = 0;
    this.codeSigns = this.quotes = this.questions = this.sentences = this.blanks = 0;
    this.choiceWords = this.fromStem = 0;
  }

  read({ count, kinds, hashes, froms, tos }: Tokens): void {
    for (let at = 0; at < count; at++)
      this.token(kinds[at] as number, hashes[at] as number, froms[at] as number, tos[at] as number);
  }

  readonly token = (kind: number, hash: number, from: number, to: number): void => {
    if (kind === WORD) this.word(hash, from, to);
    else if (kind === NUMBER) this.number(from, to);
    else if (kind === SIGN) this.sign(from);
  };

  private word(hash: number, from: number, to: number): void {
    const length = to - from;
    this.words++;
    this.letters += length;
    if (length > 8) this.longWords++;
    const first = this.text.charCodeAt(from);
    if (first >= 0x41 && first <= 0x5a) this.capital(from, length);
    else if (first >= 0x80) this.foreign++;
    const isNew = this.metIn[hash & 8191] !== this.texts;
    if (isNew) {
      this.metIn[hash & 8191] = this.texts;
      this.different++;
    }
    if (from >= this.choices.stem) {
      this.choiceWords++;
      if (!isNew) this.fromStem++;
    }
    const place = placeOf(hash);
    if (place < 0) return;
    if (isEnglishAt(place)) this.english++;
    const group = groupAt(place);
    if (group >= 0 && from < this.choices.stem) this.groups[group] = 1;
  }

  /** A capital in the middle of a sentence is a name; a second one is emphasis, or an abbreviation. */
  private capital(from: number, length: number): void {
    const second = this.text.charCodeAt(from + 1);
    if (length > 1 && second >= 0x41 && second <= 0x5a) {
      this.shouted++;
      return;
    }
    const before = this.text.charCodeAt(from - 2);
    if (this.text.charCodeAt(from - 1) === 0x20 && ((before >= 0x61 && before <= 0x7a) || before === 0x2c))
      this.names++;
  }

  private number(from: number, to: number): void {
    const length = to - from;
    if (from < this.choices.stem) this.numbers++;
    else this.choiceNumbers++;
    this.digits += length;
    this.longestNumber = Math.max(this.longestNumber, length);
    const first = this.text.charCodeAt(from);
    if (length === 4 && (first === 0x31 || first === 0x32)) this.years++;
  }

  private sign(from: number): void {
    const code = this.text.charCodeAt(from);
    const next = this.text.charCodeAt(from + 1);
    this.signs++;
    const kinds = KINDS[code] ?? 0;
    if ((kinds & MATH) !== 0) this.mathSigns++;
    if ((kinds & CODE) !== 0) this.codeSigns++;
    if ((kinds & COMMA) !== 0) this.commas++;
    if ((kinds & QUOTE) !== 0) this.quotes++;
    if ((kinds & BRACKET) !== 0) this.brackets++;
    if (code >= 0x80) this.foreign++;
    else if (code === 0x3f) this.questions++;
    else if (code === 0x5c) this.latex++;
    else if (code === 0x24) this.money++;
    else if (code === 0x25) this.percent++;
    else if (code === 0x5f && next === 0x5f) this.blanks++;
    if ((code === 0x2e || code === 0x21 || code === 0x3f || code === 0x3002) && !(next > 0x20)) this.sentences++;
  }

  /** The facts of the text that was walked over, into `out`. */
  end(request: RequestFacts, out: Float64Array): void {
    const { text, words, choices } = this;
    const length = Math.max(1, Math.min(text.length, LONGEST_TEXT));
    const perWord = 1 / Math.max(1, words);
    const set = (name: Own, value: number): void => void (out[AT[name]] = value);
    set('characters', Math.log1p(text.length));
    set('whole', Math.log1p(Math.max(0, request.characters - text.length)));
    set('stem', Math.log1p(choices.stem));
    set('stemSquared', Math.log1p(choices.stem) ** 2 / 10);
    set('words', Math.log1p(words));
    set('wordLength', this.letters * perWord);
    set('longWords', this.longWords * perWord);
    set('distinct', this.different * perWord);
    set('names', this.names * perWord);
    set('shouted', this.shouted * perWord);
    set('english', this.english * perWord);
    set('foreign', this.foreign / Math.max(1, words + this.signs));
    set('numbers', Math.log1p(this.numbers));
    set('choiceNumbers', Math.log1p(this.choiceNumbers));
    set('digits', Math.sqrt(this.digits / length));
    set('longestNumber', Math.min(12, this.longestNumber));
    set('years', Math.log1p(this.years));
    set('signs', this.signs / length);
    set('commas', this.commas / length);
    set('mathSigns', Math.log1p(this.mathSigns));
    set('latex', Math.min(1, this.latex));
    set('money', Math.min(1, this.money));
    set('percent', Math.min(1, this.percent));
    set('brackets', Math.log1p(this.brackets));
    set('codeSigns', Math.log1p(this.codeSigns));
    set('quotes', Math.min(1, this.quotes));
    set('questions', Math.min(3, this.questions));
    set('blanks', Math.min(1, this.blanks));
    set('sentences', Math.log1p(this.sentences));
    set('choiceWords', choices.count === 0 ? 0 : Math.log1p(this.choiceWords / choices.count));
    set('choicesFromStem', this.fromStem / Math.max(1, this.choiceWords));
    set('turns', Math.log1p(request.turns));
    set('tools', request.hasTools ? 1 : 0);
    set('schema', request.hasSchema ? 1 : 0);
    set('images', request.hasImages ? 1 : 0);
    this.lineFacts(set);
    for (let group = 0; group < GROUPS.length; group++) out[OWN.length + group] = this.groups[group] as number;
  }

  private lineFacts(set: (name: Own, value: number) => void): void {
    const { choices, text } = this;
    const { count, lines, bullets, tables, fences, lengths } = choices;
    set('lines', Math.log1p(lines));
    set('bullets', Math.log1p(bullets));
    set('tables', Math.log1p(tables));
    set('fences', fences > 0 ? 1 : 0);
    set('choices', Math.min(12, count));
    set('choiceLength', Math.log1p(lengths.sum));
    set('choiceLongest', Math.log1p(lengths.most));
    set('choiceShortest', Math.log1p(count === 0 ? 0 : lengths.least));
    const mean = count === 0 ? 0 : lengths.sum / count;
    set('choiceSpread', count === 0 ? 0 : Math.log1p(Math.sqrt(Math.max(0, lengths.squares / count - mean ** 2))));
    set('numericChoices', count === 0 ? 0 : choices.numeric / count);
    const last = lastSign(text, choices.stem);
    set('endsAsking', last === 0x3f ? 1 : 0);
    set('endsOpen', last === 0x3a || last === 0x2c || (last >= 0x61 && last <= 0x7a) ? 1 : 0);
  }
}

const NO_CHOICES = findChoices('');

/** The last character before a place that is no space. */
function lastSign(text: string, before: number): number {
  let at = before - 1;
  while (at >= 0 && text.charCodeAt(at) <= 0x20) at--;
  return text.charCodeAt(at);
}
