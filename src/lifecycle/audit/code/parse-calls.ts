// Finds calls with a parser, where one is installed: @babel/parser for JavaScript and TypeScript, @lezer/python for Python. A file that the
// parser refuses, and a language without one, is null; then the text is scanned.
import { isObject } from '../../../call/json.ts';
import { loadPeer } from '../../../gate/peer.ts';
import type { FoundCall } from './call-site.ts';
import { createLineOf } from './scan-calls.ts';

export type ParseCalls = (text: string, file: string) => FoundCall[] | null;

/** Parsers of the languages; the packages are looked for from the folder on, once. */
export function loadParsers(folder: string): Readonly<Record<'javascript' | 'python', ParseCalls>> {
  return { javascript: attempt(() => babelCalls(folder)), python: attempt(() => lezerCalls(folder)) };
}

function attempt(load: () => ParseCalls): ParseCalls {
  let parse: ParseCalls | null | undefined;
  return (text, file) => {
    if (parse === undefined) {
      try {
        parse = load();
      } catch {
        // Not installed: an optional peer.
        parse = null;
      }
    }
    try {
      return parse?.(text, file) ?? null;
    } catch {
      return null;
    }
  };
}

/** The parts of `@babel/parser` that are used here. */
interface Babel {
  parse: (code: string, options: object) => unknown;
}

function babelCalls(folder: string): ParseCalls {
  const babel = loadPeer('@babel/parser', folder) as Babel;
  return (text, file) => {
    const plugins = /\.[cm]?tsx?$/.test(file)
      ? file.endsWith('x')
        ? ['typescript', 'jsx']
        : ['typescript', 'decorators']
      : ['jsx'];
    const tree = babel.parse(text, {
      sourceType: 'unambiguous',
      allowAwaitOutsideFunction: true,
      allowReturnOutsideFunction: true,
      errorRecovery: true,
      plugins,
    });
    const calls: FoundCall[] = [];
    walkTree(tree, null, { text, calls });
    return calls;
  };
}

interface Walk {
  text: string;
  calls: FoundCall[];
}

function walkTree(node: unknown, within: string | null, walk: Walk): void {
  if (Array.isArray(node)) {
    for (const one of node) walkTree(one, within, walk);
    return;
  }
  if (!isObject(node)) return;
  const { type } = node;
  const inner = isFunction(node) ? (nameOf(node) ?? within) : within;
  if (type === 'CallExpression' || type === 'OptionalCallExpression' || type === 'NewExpression')
    addCall(node, inner, walk);
  for (const [key, child] of Object.entries(node)) {
    if (typeof child !== 'object' || child === null || key === 'loc' || key.endsWith('omments') || key === 'tokens')
      continue;
    walkTree(child, nameGiven(node, key) ?? inner, walk);
  }
}

function isFunction(node: Record<string, unknown>): boolean {
  return typeof node.type === 'string' && /Function|Method$/.test(node.type) && node.type !== 'TSFunctionType';
}

function isNamed(type: unknown, ending: string): boolean {
  return typeof type === 'string' && type.endsWith(ending);
}

function nameOf(node: Record<string, unknown>): string | null {
  const named = isObject(node.id) ? node.id.name : isObject(node.key) ? (node.key.name ?? node.key.value) : null;
  return typeof named === 'string' ? named : null;
}

/** `const triage = async () => ...` and `{ triage: () => ... }` name their functions from outside. */
function nameGiven(node: Record<string, unknown>, key: string): string | null {
  const value = node[key];
  if (!isObject(value) || !isFunction(value)) return null;
  return (node.type === 'VariableDeclarator' && key === 'init') || (key === 'value' && isNamed(node.type, 'Property'))
    ? nameOf(node)
    : null;
}

function addCall(node: Record<string, unknown>, within: string | null, { text, calls }: Walk): void {
  const { callee, end, start, loc } = node as {
    callee?: unknown;
    end?: number;
    start?: number;
    loc?: { start?: { line?: number } };
  };
  if (!isObject(callee) || typeof callee.start !== 'number' || typeof callee.end !== 'number' || end === undefined)
    return;
  const open = text.indexOf('(', callee.end);
  if (open < 0 || open >= end || start === undefined) return;
  const name = text.slice(callee.start, callee.end).replaceAll(/\s*\??\.\s*/g, '.');
  calls.push({
    callee: node.type === 'NewExpression' ? `new ${name}` : name,
    args: text.slice(open + 1, end - 1),
    line: loc?.start?.line ?? 1,
    within,
  });
}

/** The parts of `@lezer/python` that are used here. */
interface Lezer {
  parser: {
    parse: (code: string) => {
      iterate: (visit: { enter: (node: LezerNode) => void; leave: (node: LezerNode) => void }) => void;
    };
  };
}

interface LezerNode {
  name: string;
  from: number;
  to: number;
  node: { getChild: (name: string) => { from: number; to: number } | null };
}

function lezerCalls(folder: string): ParseCalls {
  const { parser } = loadPeer('@lezer/python', folder) as Lezer;
  return (text) => {
    const calls: FoundCall[] = [];
    const functions: string[] = [];
    const lineOf = createLineOf(text);
    parser.parse(text).iterate({
      enter: ({ name, from, to, node }) => {
        if (name === 'FunctionDefinition') {
          const own = node.getChild('VariableName');
          functions.push(own === null ? '' : text.slice(own.from, own.to));
        }
        const list = name === 'CallExpression' ? node.getChild('ArgList') : null;
        if (list === null) return;
        const callee = text.slice(from, list.from).replaceAll(/\s+/g, '');
        calls.push({
          callee,
          args: text.slice(list.from + 1, to - 1),
          line: lineOf(from),
          within: functions.at(-1) || null,
        });
      },
      leave: ({ name }) => {
        if (name === 'FunctionDefinition') functions.pop();
      },
    });
    return calls;
  };
}
