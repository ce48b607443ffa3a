// Which kinds of personal data and secrets a text seems to hold, by the rules by which samples are masked. Only kinds: never the text.
import { maskText } from '../../mask/mask.ts';

/** Longer texts are looked at in their beginning and end. */
const LONGEST = 20_000;

/** Each kind once, such as `email`; empty when there is none that has a form. */
export function personalKinds(text: string): string[] {
  const looked = text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)}\n${text.slice(-LONGEST / 2)}`;
  return Object.keys(maskText(looked).found);
}
