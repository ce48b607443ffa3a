// The gate `language`: the answer is in the language of the user's last words, or in one of a list. Texts too short to
// tell pass, without a score.
import { ONLY_CALLS, onlyCalls } from './answer-text.ts';
import { splitFences } from './fences.ts';
import { type Answer, failed, type Gate, passed, type Question, type Verdict } from './gate.ts';
import type { GateConfigOf } from './gate-config.ts';
import { GateProblem, loadPeer } from './peer.ts';

const NAME = 'language';
/** As much of a text as is looked at, in characters: more changes nothing but the time it takes. */
const SAMPLE = 400;
/** A language whose likelihood reaches this share of the likeliest one's could be it as well. */
const CLOSE = 0.5;

/** The parts of the package `tinyld` that are used here. */
interface Detector {
  detectAll(text: string): { lang: string; accuracy: number }[];
  /** In three letters. */
  supportedLanguages: readonly string[];
  toISO2: (language: string) => string;
}

/** Throws GateProblem when the detector is not installed or does not know a language. */
export function createLanguageGate({ allowed, minLetters }: GateConfigOf<'language'>, folder: string): Gate {
  const detector = loadPeer('tinyld', folder) as Detector;
  refuseUnknown(allowed === 'same' ? [] : allowed, detector);
  /** Languages a text may be in, the likeliest first; empty: cannot be told. */
  const languagesOf = (text: string): string[] => {
    const sample = sampleOf(text);
    if (weightOf(sample) < minLetters) return [];
    const found = detector.detectAll(sample);
    const best = found[0]?.accuracy ?? 0;
    return found.filter(({ accuracy }) => accuracy >= best * CLOSE).map(({ lang }) => lang);
  };
  const check = (answer: Answer, { ask }: Question): Verdict => {
    if (onlyCalls(answer)) return passed(NAME, ONLY_CALLS);
    const wanted = allowed === 'same' ? languagesOf(ask) : allowed;
    if (wanted.length === 0) return passed(NAME, 'cannot tell the language of the question');
    const found = languagesOf(answer.text);
    if (found.length === 0) return passed(NAME, 'is too short to tell its language');
    const match = found.find((language) => wanted.includes(language));
    if (match === undefined) return failed(NAME, `is in ${found[0]}, not in ${wanted.join(' or ')}`, 0);
    return found.length === 1 ? passed(NAME, `is in ${match}`, 1) : passed(NAME, `may be in ${match}`);
  };
  return { name: NAME, isCostly: false, check };
}

function refuseUnknown(allowed: readonly string[], { supportedLanguages, toISO2 }: Detector): void {
  const known = supportedLanguages.map(toISO2).filter((code) => code.length === 2);
  const unknown = allowed.find((language) => !known.includes(language));
  if (unknown === undefined) return;
  throw new GateProblem(`the language "${unknown}" cannot be told apart`, {
    hint: `Languages: ${known.toSorted().join(', ')}.`,
  });
}

/** Prose only: code, addresses and markup have no language. */
function sampleOf(text: string): string {
  const { prose } = splitFences(text.slice(0, 4 * SAMPLE));
  return prose
    .replaceAll(/`[^`\n]*`|https?:\/\/\S+|<[^<>\n]{1,200}>/g, ' ')
    .replaceAll(/[^\p{L}\p{M}'’-]+/gu, ' ')
    .trim()
    .slice(0, SAMPLE);
}

/** Letters, where one of a script without letters in our sense says as much as three. */
function weightOf(text: string): number {
  const dense = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)?.length ?? 0;
  return (text.match(/\p{L}/gu)?.length ?? 0) + 2 * dense;
}
