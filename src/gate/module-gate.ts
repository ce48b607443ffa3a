// The gate `module`: a function of the user's own. It runs inside the process and is trusted like the configuration that
// names it; whatever it does but say yes is a failure with its reason.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isObject } from '../call/json.ts';
import { type Answer, broken, type Gate, type Question, type Verdict } from './gate.ts';
import type { GateConfigOf } from './gate-config.ts';
import { GateProblem } from './peer.ts';
import { shorten } from './shorten.ts';

const NAME = 'module';

/** What a module exports as `check`, or as its default. */
type Check = (answer: Answer, question: Question) => unknown;

/** Imports the module; its current content, however often it was imported before. Rejects with GateProblem. */
export async function loadModuleGate({ file, timeLimitMs }: GateConfigOf<'module'>): Promise<Gate> {
  const run = await importCheck(file);
  const label = path.basename(file);
  const check = async (answer: Answer, question: Question): Promise<Verdict> => {
    const limit = Promise.withResolvers<typeof TOO_LATE>();
    const timer = setTimeout(() => limit.resolve(TOO_LATE), timeLimitMs);
    try {
      const said = await Promise.race([Promise.resolve(run(answer, question)), limit.promise]);
      return said === TOO_LATE ? broken(NAME, `${label} took longer than ${timeLimitMs} ms`) : toVerdict(said, label);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return broken(NAME, shorten(`${label} threw: ${reason}`));
    } finally {
      clearTimeout(timer);
    }
  };
  return { name: NAME, isCostly: true, check };
}

const TOO_LATE = Symbol('too late');

async function importCheck(file: string): Promise<Check> {
  let exported: Record<string, unknown>;
  try {
    const version = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);
    exported = (await import(`${pathToFileURL(file).href}?${version}`)) as Record<string, unknown>;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GateProblem(`the module ${file} cannot be loaded: ${reason}`, { cause });
  }
  const check = exported.check ?? exported.default;
  if (typeof check === 'function') return check as Check;
  throw new GateProblem(`the module ${file} exports no function check(answer, question)`, {
    hint: 'Write: export function check(answer, question) { return true; }',
  });
}

/** A boolean, or `{ pass, score?, reason? }`. */
function toVerdict(said: unknown, label: string): Verdict {
  const { pass, score = null, reason }: Record<string, unknown> = isObject(said) ? said : { pass: said };
  if (typeof pass !== 'boolean') return broken(NAME, `${label} answered neither true nor false`);
  if (score !== null && !(typeof score === 'number' && score >= 0 && score <= 1)) {
    return broken(NAME, `${label} gave a score that is not from 0 to 1`);
  }
  const told = typeof reason === 'string' ? `: ${reason}` : pass ? ' is content' : ' is not content';
  return { gate: NAME, pass, score, reason: shorten(label + told), costNanoUsd: 0 };
}
