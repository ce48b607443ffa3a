// Finds calls in the text of a program without a parser: names followed by parentheses, outside of comments and texts. Good enough where no
// parser is installed; it may miss calls that are written in unusual ways.
import type { FoundCall } from './call-site.ts';

const CALL = /((?:\bnew\s+)?[A-Za-z_$][\w$]*(?:\s*\??\.\s*[A-Za-z_$][\w$]*(?:\(\))?)*)(?:<[^<>()]{1,80}>)?\s*\(/g;
const FUNCTIONS: Readonly<Record<'javascript' | 'python', RegExp>> = {
  javascript:
    /^([ \t]*)(?:export\s+)?(?:default\s+)?(?:(?:public|private|protected|static|override)\s+)*(?:async\s+)?(?:(?:abstract\s+)?class\b|function\s*\*?\s*([A-Za-z_$][\w$]*)|(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::[^=\n]+)?=\s*(?:async\s*)?(?:function\b|\(|[A-Za-z_$][\w$]*\s*=>)|(?!(?:if|for|while|switch|catch|return|await|new)\b)([A-Za-z_$#][\w$]*)\s*\([^;\n]*\)\s*(?::[^{;\n]+)?\{)/gm,
  python: /^([ \t]*)(?:(?:async\s+)?def\s+([A-Za-z_]\w*)|class\b)/gm,
};

export function scanCalls(text: string, language: 'javascript' | 'python'): FoundCall[] {
  const masked = mask(text, language);
  const functions = [...masked.matchAll(FUNCTIONS[language])].map((match) => ({
    at: match.index,
    indent: (match[1] ?? '').length,
    name: match[2] ?? match[3] ?? match[4] ?? '',
  }));
  const lineOf = createLineOf(text);
  const calls: FoundCall[] = [];
  for (const match of masked.matchAll(CALL)) {
    const open = match.index + match[0].length - 1;
    const close = closing(masked, open);
    if (close < 0) continue;
    const callee = (match[1] ?? '').replaceAll(/\s*\??\.\s*/g, '.').replace(/^new\s+/, 'new ');
    const lineAt = text.lastIndexOf('\n', match.index - 1) + 1;
    const within = around(functions, { at: match.index, indent: indentOf(text, lineAt), lineAt });
    calls.push({ callee, args: text.slice(open + 1, close), line: lineOf(match.index), within });
  }
  return calls;
}

/** The last function that began before on this line, or less indented; none for what stands in a class by itself. */
function around(functions: readonly Scope[], call: { at: number; indent: number; lineAt: number }): string | null {
  const scope = functions.findLast(({ at, indent }) => at < call.at && (indent < call.indent || at >= call.lineAt));
  return scope?.name || null;
}

interface Scope {
  at: number;
  indent: number;
  /** Empty for a class. */
  name: string;
}

function indentOf(text: string, lineAt: number): number {
  return /^[ \t]*/.exec(text.slice(lineAt, lineAt + 200))?.[0].length ?? 0;
}

function closing(masked: string, open: number): number {
  let depth = 0;
  for (let at = open; at < masked.length; at++) {
    const sign = masked.charAt(at);
    if (sign === '(' || sign === '[' || sign === '{') depth++;
    else if ((sign === ')' || sign === ']' || sign === '}') && --depth === 0) return at;
  }
  return -1;
}

const TOKENS: Readonly<Record<'javascript' | 'python', RegExp>> = {
  javascript: /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`/g,
  python: /"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|#[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g,
};

/** The text with comments and texts blanked out, as long as before. */
function mask(text: string, language: 'javascript' | 'python'): string {
  return text.replaceAll(TOKENS[language], (token) => token.replaceAll(/[^\n]/g, ' '));
}

/** Lines by offset, from 1; for offsets that grow. */
export function createLineOf(text: string): (at: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
