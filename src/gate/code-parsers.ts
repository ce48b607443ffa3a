// Parsers for the code in answers: each tells what is wrong with a text, or null. JSON needs none of the packages.
import type { CodeLanguage } from './gate-config.ts';
import { loadPeer } from './peer.ts';

/** What is wrong, without quoting the code, or null. `tag` is what the fence is marked with. */
export type CodeParser = (code: string, tag: string) => string | null;

const TAGS: Readonly<Record<CodeLanguage, readonly string[]>> = {
  javascript: ['javascript', 'js', 'mjs', 'cjs', 'jsx'],
  typescript: ['typescript', 'ts', 'mts', 'cts', 'tsx'],
  json: ['json'],
  python: ['python', 'py', 'python3'],
};

/** Parsers by tag of a fence, for the languages. Throws GateProblem when a package is missing. */
export function loadCodeParsers(languages: readonly CodeLanguage[], folder: string): ReadonlyMap<string, CodeParser> {
  const parsers = new Map<string, CodeParser>();
  for (const language of languages) {
    const parser = LOADERS[language](folder);
    for (const tag of TAGS[language]) parsers.set(tag, parser);
  }
  return parsers;
}

const LOADERS: Readonly<Record<CodeLanguage, (folder: string) => CodeParser>> = {
  javascript: loadBabel,
  typescript: loadBabel,
  json: () => parseJson,
  python: loadPython,
};

/** The parts of `@babel/parser` that are used here. */
interface Babel {
  parse(code: string, options: object): unknown;
}

function loadBabel(folder: string): CodeParser {
  const babel = loadPeer('@babel/parser', folder) as Babel;
  return (code, tag) => {
    try {
      babel.parse(code, {
        sourceType: 'unambiguous',
        allowAwaitOutsideFunction: true,
        allowReturnOutsideFunction: true,
        plugins: pluginsOf(tag),
      });
      return null;
    } catch (error) {
      const line = (error as { loc?: { line?: number } }).loc?.line;
      return line === undefined ? 'a syntax error' : `a syntax error in line ${line}`;
    }
  };
}

/** `<T>x` is an element in one and a cast in the other. */
function pluginsOf(tag: string): string[] {
  if (tag === 'tsx') return ['typescript', 'jsx'];
  return TAGS.typescript.includes(tag) ? ['typescript'] : ['jsx'];
}

function parseJson(code: string): string | null {
  try {
    JSON.parse(code);
    return null;
  } catch {
    return 'no valid JSON';
  }
}

/** The parts of `@lezer/python` that are used here: its parser goes on after an error and marks it. */
interface Lezer {
  parser: {
    parse(code: string): {
      iterate(visit: { enter: (node: { type: { isError: boolean }; from: number }) => boolean | void }): void;
    };
  };
}

function loadPython(folder: string): CodeParser {
  const { parser } = loadPeer('@lezer/python', folder) as Lezer;
  return (code) => {
    let errorAt: number | null = null;
    parser.parse(code).iterate({
      enter: ({ type, from }) => {
        if (type.isError) errorAt ??= from;
        return errorAt === null;
      },
    });
    return errorAt === null ? null : `a syntax error in line ${code.slice(0, errorAt).split('\n').length}`;
  };
}
