// What a call is counted to beside its task: few values each, so that every segment has enough calls to say something.
import type { View } from '../call/view.ts';

/** Hours of a band, in UTC. */
const BAND = 4;
/** Bytes of a request from which on it is no longer short, and is long. */
const SHORT = 2_048;
const LONG = 16_384;

/** `tenant:acme`, `hours:08-12`, `input:long`, and `language:de` where the language is known. */
export function segmentsOf(
  view: Pick<View, 'bytes'>,
  { tenant, atMs, language }: { tenant: string; atMs: number; language: string | null },
): string[] {
  const from = Math.floor(new Date(atMs).getUTCHours() / BAND) * BAND;
  const length = view.bytes < SHORT ? 'short' : view.bytes < LONG ? 'middling' : 'long';
  const segments = [`tenant:${tenant}`, `hours:${two(from)}-${two(from + BAND)}`, `input:${length}`];
  return language === null ? segments : [...segments, `language:${language}`];
}

const two = (hour: number): string => String(hour).padStart(2, '0');
