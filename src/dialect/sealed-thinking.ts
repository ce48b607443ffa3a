// Signed thinking of one provider in the hands of a client that speaks another dialect. It is handed out under its maker's
// name, in the field where the client's own dialect has its signature, so that it finds back to its maker. Must never be sent
// to anybody else: who reads a client's signature opens it here first.
import type { DialectName } from './neutral.ts';

export interface Sealed {
  kind: 'thinking' | 'redacted_thinking';
  origin: DialectName;
  /** The signature, or the data of redacted thinking; empty for thinking that nobody has signed. */
  text: string;
}

/**
 * What every sealed text begins with, and nothing that a provider signs. Its first character is a rare one: bodies are searched for
 * it, and a search stops wherever that character is.
 */
export const SEAL = '~tierline:';

const SEALED = /^~tierline:([a-z-]+):(thinking|redacted_thinking):/;

export function seal({ kind, origin, text }: Sealed): string {
  return `${SEAL}${origin}:${kind}:${text}`;
}

/** As a client of the dialect `own` gets it: what its own provider signed as it is, everything else under a seal. */
export function sealFor(own: DialectName, told: Sealed): string {
  return told.origin === own ? told.text : seal(told);
}

/** What was sealed; null for a text that somebody else has written. */
export function unseal(text: string): Sealed | null {
  const match = SEALED.exec(text);
  if (match === null) return null;
  return { origin: match[1] as DialectName, kind: match[2] as Sealed['kind'], text: text.slice(match[0].length) };
}

/** The seal in base64, for clients whose libraries read a signature as bytes (Google's). */
export function sealAsBytes(told: Sealed): string {
  return Buffer.from(seal(told)).toString('base64');
}

/** What every text begins with that was sealed as bytes: base64 stands for three bytes at a time. */
export const SEAL_AS_BYTES = Buffer.from(SEAL.slice(0, 9)).toString('base64');

/** What was sealed in base64; null for what somebody else has written. */
export function unsealBytes(signature: string): Sealed | null {
  return signature.startsWith(SEAL_AS_BYTES) ? unseal(Buffer.from(signature, 'base64').toString()) : null;
}
