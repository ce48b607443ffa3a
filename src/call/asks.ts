// What a request asks of a model beside its text, as a row keeps it: a few words, said without decoding anything for their sake. A word
// with `?` stands for what may be there or not; it is never taken for either.
import type { View } from './view.ts';

/** `signed`: blocks of an earlier answer that only their maker can read. */
export type AskedFor = 'tools' | 'schema' | 'reasoning' | 'images' | 'documents' | 'audio' | 'signed';

/** What may be found in messages whose content is a list of parts. */
const IN_PARTS: ReadonlySet<AskedFor> = new Set(['images', 'documents', 'audio', 'signed']);

/** What is known of a body that has not been decoded. */
export interface Hints {
  hasTools: boolean;
  /** Whether there is a member that may ask for a schema, and one that may ask for thinking. */
  mayHaveSchema: boolean;
  mayReason: boolean;
  /** Whether a message may have parts other than text. */
  mayHaveParts: boolean;
}

/** Every combination is made once, since every call has one. */
const HINTED = Array.from({ length: 16 }, (_, bits) =>
  ['tools', 'schema?', 'reasoning?', 'parts?'].filter((_word, bit) => (bits & (1 << bit)) !== 0).join(' '),
);

export function hintAsks({ hasTools, mayHaveSchema, mayReason, mayHaveParts }: Hints): string {
  const bits = (hasTools ? 1 : 0) | (mayHaveSchema ? 2 : 0) | (mayReason ? 4 : 0) | (mayHaveParts ? 8 : 0);
  return HINTED[bits] as string;
}

/** Of a request that has been decoded already: everything is certain. */
export function sayAsks(view: View): string {
  let words = '';
  const add = (word: AskedFor, holds: boolean): void => {
    if (holds) words += words === '' ? word : ` ${word}`;
  };
  add('tools', view.hasTools);
  add('schema', view.hasSchema);
  add('reasoning', view.wantsReasoning);
  add('images', view.hasImages);
  add('documents', view.hasDocuments);
  add('audio', view.hasAudio);
  add('signed', view.signedBy !== null);
  return words;
}

/** Whether it asks for something; null when the words do not tell. */
export function isAskedFor(asks: string, what: AskedFor): boolean | null {
  const words = asks.split(' ');
  if (words.includes(what)) return true;
  return words.includes(`${what}?`) || (IN_PARTS.has(what) && words.includes('parts?')) ? null : false;
}
