// Facts of a request as numbers, in a fixed order: how long it is, what it is made of, how it asks. Their order is part of every artifact;
// a change of what one of them means is a new version.
import type { RequestFacts } from '../rows/row.ts';
import { hashWord, NUMBER, SIGN, WORD } from './scan.ts';

/** Version of the list below. An artifact made with another one is refused. */
export const FACTS_VERSION = 1;

/** Words that say how something is asked, or how hard it is to say. Any one of a group counts for the group. */
const WORD_GROUPS = {
  what: 'what whats',
  which: 'which',
  who: 'who whom whose',
  when: 'when where',
  why: 'why explain reason cause because',
  how: 'how',
  amount: 'many much total sum each per every average altogether',
  compute: 'calculate compute find evaluate determine solve prove simplify',
  write: 'write create generate draft compose make rewrite',
  shorten: 'summarize summarise extract classify label list translate sentiment category',
  negation: 'not except least never neither nor cannot false incorrect',
  condition: 'if suppose assume given unless whether let',
  comparison: 'more less than fewer greater most best highest lowest older younger same difference',
  share: 'half twice double third quarter percent times fraction ratio',
  likelihood: 'likely probably usually often may might could',
  should: 'should must would ought shall',
  following: 'following above below according statement passage text true',
  step: 'step steps first second then after before finally next',
  code: 'function return code python javascript class def import const print sql query',
  english: 'the of and to in is that it for was a an as on be at by this are or from with',
  person: 'he she his her him they their you your we our i my',
} as const;

type Group = keyof typeof WORD_GROUPS;
const GROUPS = Object.keys(WORD_GROUPS) as Group[];
const GROUP_OF = new Map<number, number>(
  GROUPS.flatMap((group, index) => WORD_GROUPS[group].split(' ').map((word) => [hashWord(word), index] as const)),
);
/** Which words cannot be of a group, by some bits of their hash: most of them are not looked up. */
const MAY_BE_OF_GROUP = new Uint8Array(4096);
for (const hash of GROUP_OF.keys()) MAY_BE_OF_GROUP[hash & 4095] = 1;

const OWN = [
  'characters',
  'whole',
  'words',
  'wordLength',
  'longWords',
  'distinct',
  'capitals',
  'numbers',
  'digits',
  'longestNumber',
  'signs',
  'mathSigns',
  'latex',
  'brackets',
  'codeSigns',
  'quotes',
  'questions',
  'endsAsking',
  'blanks',
  'sentences',
  'lines',
  'bullets',
  'tables',
  'fences',
  'foreign',
  'choices',
  'choiceLength',
  'choiceSpread',
  'numericChoices',
  'stem',
  'turns',
  'tools',
  'schema',
  'images',
] as const;
type Own = (typeof OWN)[number];

/** Names of the facts in their order. */
export const FACT_NAMES: readonly string[] = [...OWN, ...GROUPS.map((group) => `says ${group}`)];

const AT = Object.fromEntries(OWN.map((name, index) => [name, index])) as Record<Own, number>;
/** Signs of sums and comparisons, by character code. */
const MATH = new Set('=+*/^<>%×÷√∑∫≤≥−'.split('').map((sign) => sign.charCodeAt(0)));
const CODE = new Set('{};[]_#@&'.split('').map((sign) => sign.charCodeAt(0)));

/** Gathers the facts of one text after the other; told of every token by whoever walks over it. */
export class FactCounter {
  private readonly groups = new Float64Array(GROUPS.length);
  /** In which text a word was last met, by some bits of its hash: near enough to tell different words. */
  private readonly metIn = new Uint32Array(8192);
  private texts = 0;
  private different = 0;
  private text = '';
  private words = 0;
  private letters = 0;
  private longWords = 0;
  private capitals = 0;
  private numbers = 0;
  private digits = 0;
  private longestNumber = 0;
  private signs = 0;
  private mathSigns = 0;
  private latex = 0;
  private brackets = 0;
  private codeSigns = 0;
  private quotes = 0;
  private questions = 0;
  private sentences = 0;
  private foreign = 0;
  private blanks = 0;

  begin(text: string): void {
    this.text = text;
    this.groups.fill(0);
    this.texts++;
    this.different = 0;
    this.words = this.letters = this.longWords = this.capitals = this.numbers = this.digits = 0;
    this.longestNumber = this.signs = this.mathSigns = this.latex = this.brackets = this.codeSigns = 0;
    this.quotes = this.questions = this.sentences = this.foreign = this.blanks = 0;
  }

  readonly token = (kind: number, hash: number, from: number, to: number): void => {
    if (kind === WORD) this.word(hash, from, to - from);
    else if (kind === NUMBER) {
      this.numbers++;
      this.digits += to - from;
      this.longestNumber = Math.max(this.longestNumber, to - from);
    } else if (kind === SIGN) this.sign(this.text.charCodeAt(from), this.text.charCodeAt(to));
  };

  private word(hash: number, from: number, length: number): void {
    this.words++;
    this.letters += length;
    if (length >= 9) this.longWords++;
    const first = this.text.charCodeAt(from);
    if (first >= 0x41 && first <= 0x5a) this.capitals++;
    if (first >= 0x80) this.foreign++;
    if (this.metIn[hash & 8191] !== this.texts) {
      this.metIn[hash & 8191] = this.texts;
      this.different++;
    }
    const group = MAY_BE_OF_GROUP[hash & 4095] === 1 ? GROUP_OF.get(hash) : undefined;
    if (group !== undefined) this.groups[group] = (this.groups[group] as number) + 1;
  }

  private sign(code: number, next: number): void {
    this.signs++;
    if (code >= 0x80) this.foreign++;
    if (MATH.has(code)) this.mathSigns++;
    if (CODE.has(code)) this.codeSigns++;
    if (code === 0x3f) this.questions++;
    if ((code === 0x2e || code === 0x21 || code === 0x3f || code === 0x3002) && !(next > 0x20)) this.sentences++;
    if (code === 0x5c || code === 0x24) this.latex++;
    if (code === 0x28 || code === 0x5b || code === 0x7b) this.brackets++;
    if (code === 0x22 || code === 0x201c || code === 0x60) this.quotes++;
    if (code === 0x5f && next === 0x5f) this.blanks++;
  }

  /** The facts of the text that was walked over, into `out`. */
  end(request: RequestFacts, out: Float64Array): void {
    const { text, words } = this;
    const length = Math.max(1, Math.min(text.length, 8000));
    const set = (name: Own, value: number): void => void (out[AT[name]] = value);
    set('characters', Math.log1p(text.length));
    set('whole', Math.log1p(request.characters));
    set('words', Math.log1p(words));
    set('wordLength', words === 0 ? 0 : this.letters / words);
    set('longWords', words === 0 ? 0 : this.longWords / words);
    set('distinct', words === 0 ? 0 : this.different / words);
    set('capitals', words === 0 ? 0 : this.capitals / words);
    set('numbers', Math.log1p(this.numbers));
    set('digits', Math.sqrt(this.digits / length));
    set('longestNumber', this.longestNumber);
    set('signs', this.signs / length);
    set('mathSigns', Math.log1p(this.mathSigns));
    set('latex', Math.log1p(this.latex));
    set('brackets', Math.log1p(this.brackets));
    set('codeSigns', Math.log1p(this.codeSigns));
    set('quotes', Math.log1p(this.quotes));
    set('questions', Math.log1p(this.questions));
    set('blanks', this.blanks > 0 ? 1 : 0);
    set('sentences', Math.log1p(this.sentences));
    set('foreign', this.foreign / Math.max(1, words + this.signs));
    set('turns', Math.log1p(request.turns));
    set('tools', request.hasTools ? 1 : 0);
    set('schema', request.hasSchema ? 1 : 0);
    set('images', request.hasImages ? 1 : 0);
    countLines(text, set);
    for (let group = 0; group < GROUPS.length; group++) {
      const count = this.groups[group] as number;
      // What stands in every text counts by its share, all else by whether and how often it is said.
      out[OWN.length + group] = GROUPS[group] === 'english' ? count / Math.max(1, words) : Math.log1p(count);
    }
  }
}

/** What lines tell: lists, tables, fences, and answers to choose from. */
function countLines(text: string, set: (name: Own, value: number) => void): void {
  let lines = 0;
  let bullets = 0;
  let tables = 0;
  let fences = 0;
  const choices = { count: 0, sum: 0, squares: 0, numeric: 0, first: -1 };
  for (let from = 0; from <= text.length && lines < 400; lines++) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    const first = text.charCodeAt(from);
    const second = text.charCodeAt(from + 1);
    if (isChoice(first, second) && to - from > 2) addChoice(choices, text, from, to);
    else if ((first === 0x2d || first === 0x2a) && second === 0x20) bullets++;
    else if (first === 0x7c) tables++;
    else if (first === 0x60 && second === 0x60) fences++;
    from = to + 1;
  }
  const stem = choices.first < 0 ? text.length : choices.first;
  const mean = choices.count === 0 ? 0 : choices.sum / choices.count;
  set('lines', Math.log1p(lines));
  set('bullets', Math.log1p(bullets));
  set('tables', Math.log1p(tables));
  set('fences', fences > 0 ? 1 : 0);
  set('choices', choices.count);
  set('choiceLength', Math.log1p(mean));
  set(
    'choiceSpread',
    choices.count === 0 ? 0 : Math.log1p(Math.sqrt(Math.max(0, choices.squares / choices.count - mean ** 2))),
  );
  set('numericChoices', choices.count === 0 ? 0 : choices.numeric / choices.count);
  set('stem', Math.log1p(stem));
  set('endsAsking', endsAsking(text, stem) ? 1 : 0);
}

/** `A.`, `B)`, as answers to choose from begin. */
function isChoice(first: number, second: number): boolean {
  return first >= 0x41 && first <= 0x4a && (second === 0x2e || second === 0x29);
}

function addChoice(
  choices: { count: number; sum: number; squares: number; numeric: number; first: number },
  text: string,
  from: number,
  to: number,
): void {
  const length = to - from - 2;
  if (choices.first < 0) choices.first = from;
  choices.count++;
  choices.sum += length;
  choices.squares += length * length;
  for (let at = from + 2; at < Math.min(to, from + 8); at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) {
      choices.numeric++;
      return;
    }
    if (code >= 0x61 && code <= 0x7a) return;
  }
}

function endsAsking(text: string, stem: number): boolean {
  let at = stem - 1;
  while (at >= 0 && text.charCodeAt(at) <= 0x20) at--;
  return text.charCodeAt(at) === 0x3f;
}
