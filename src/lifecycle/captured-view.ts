// A captured call as the planner saw it.
import { TierlineError } from '../call/errors.ts';
import type { CapturedCall } from '../capture/captured-call.ts';
import { gemini } from '../dialect/gemini.ts';
import { namedDialect } from '../dialect/guess-dialect.ts';
import { Inbound } from '../dialect/inbound.ts';

const MAX_DEPTH = 512;

/** Null for a call that cannot be read as it was: one that never was bytes, or in a dialect that nobody speaks any more. */
export function capturedView({ dialect: name, body, model, stream }: CapturedCall): Inbound | null {
  const dialect = name === gemini.name ? gemini : namedDialect(name);
  if (dialect === null) return null;
  const outside = dialect === gemini ? { model, stream } : null;
  try {
    return Inbound.read(dialect, Buffer.from(JSON.stringify(body)), MAX_DEPTH, outside);
  } catch (error) {
    if (error instanceof TierlineError) return null;
    throw error;
  }
}
