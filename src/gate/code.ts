// The gate `code`: every fenced block in a language that we can parse does parse. It never runs any of it.
import { textOf } from './answer-text.ts';
import { loadCodeParsers } from './code-parsers.ts';
import { type Block, splitFences } from './fences.ts';
import { type Answer, failed, type Gate, passed, type Verdict } from './gate.ts';
import type { GateConfigOf } from './gate-config.ts';

const NAME = 'code';
/** Longest block that is parsed, in characters: parsing holds up every other request. */
const LONGEST = 262_144;

/** `folder` is where the parsers are looked for first. Throws GateProblem when one is missing. */
export function createCodeGate({ languages }: GateConfigOf<'code'>, folder: string): Gate {
  const parsers = loadCodeParsers(languages, folder);
  const problemOf = ({ tag, code, isClosed }: Block): string | null => {
    if (!isClosed) return `a block of ${tag} that is not closed`;
    if (code.length > LONGEST) return `a block of ${tag} too long to parse`;
    const problem = parsers.get(tag)?.(code, tag) ?? null;
    return problem === null ? null : `${problem} of a block of ${tag}`;
  };
  const check = (answer: Answer): Verdict => {
    const blocks = splitFences(textOf(answer)).blocks.filter(({ tag }) => parsers.has(tag));
    if (blocks.length === 0) return passed(NAME, 'has no block of code to parse');
    const problems = blocks.map(problemOf).filter((problem) => problem !== null);
    const score = 1 - problems.length / blocks.length;
    return problems[0] === undefined
      ? passed(NAME, 'every block of code parses', 1)
      : failed(NAME, `has ${problems[0]}`, score);
  };
  return { name: NAME, isCostly: false, check };
}
