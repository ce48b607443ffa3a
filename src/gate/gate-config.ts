// A gate as data: what the configuration says of it, checked, with files read and names looked up.
import type { Likeness } from './compare-answers.ts';

/** A JSON schema as an object, or the one that the client asked for. */
export type SchemaSource = object | 'request';

export interface Bounds {
  min: number | null;
  max: number | null;
}

export const LENGTH_UNITS = ['characters', 'words', 'lines', 'tokens'] as const;
export type LengthUnit = (typeof LENGTH_UNITS)[number];

export const CODE_LANGUAGES = ['javascript', 'typescript', 'json', 'python'] as const;
export type CodeLanguage = (typeof CODE_LANGUAGES)[number];

/** Where an answer tells how sure it is: a JSON pointer into it, or a pattern whose one group is the number. */
export type ConfidencePlace =
  | { kind: 'pointer'; pointer: string; isFenced: boolean }
  | { kind: 'pattern'; pattern: RegExp };

/** `isFenced`: whether the JSON may stand in a Markdown fence. */
export type GateConfig =
  /** `file` is where the schema came from, absolute. */
  | { kind: 'json_schema'; schema: SchemaSource; file: string | null; isFenced: boolean }
  /** `at` is a JSON pointer into the answer; null: the answer itself is the label. */
  | {
      kind: 'one_of';
      values: readonly (string | number | boolean)[];
      at: string | null;
      ignoreCase: boolean;
      isFenced: boolean;
    }
  | { kind: 'pattern'; pattern: RegExp }
  | { kind: 'length'; bounds: Readonly<Partial<Record<LengthUnit, Bounds>>> }
  | { kind: 'refusal' }
  | { kind: 'hedging' }
  | { kind: 'finish'; expect: 'complete' | 'any' }
  | { kind: 'tool_calls' }
  /** ISO 639-1 codes, or the language of the user's last words. */
  | { kind: 'language'; allowed: readonly string[] | 'same'; minLetters: number }
  | { kind: 'code'; languages: readonly CodeLanguage[] }
  /** `min` is a probability. */
  | { kind: 'logprobs'; min: number; at: 'first-token' | 'mean' }
  | { kind: 'confidence'; min: number; place: ConfidencePlace }
  | { kind: 'judge'; model: string; rubric: string; min: number }
  | AgreementConfig
  /** `file` is absolute. `min` is a probability; null: what the artifact's own policy accepts. */
  | { kind: 'learned'; file: string; min: number | null }
  /** `file` is absolute. */
  | { kind: 'module'; file: string; timeLimitMs: number };

/** `model` is the one whose answer is compared; `at` and `pattern` choose the part of both that is, null: all of it. */
export interface AgreementConfig {
  kind: 'agreement';
  model: string;
  compare: Likeness;
  /** Instead, by meaning: the model that makes the vectors, and how near their directions have to be; null: as `compare` says. */
  embedding: { model: string; min: number } | null;
  at: string | null;
  pattern: RegExp | null;
  tolerance: number;
}

export type GateConfigOf<Kind extends GateConfig['kind']> = Extract<GateConfig, { kind: Kind }>;
