// Which calls are answered again: the same for the same call in every process, by its id.
import { hashText } from '../../stats/hash.ts';

/** Another draw than those of capture and of samples, which go by the same ids. */
const SEED = 0x63616e;

/** Whether a call is among the `share` of them, 0 to 1. */
export function isDrawn(id: string, share: number): boolean {
  return hashText(id, SEED) / 2 ** 53 < share;
}
