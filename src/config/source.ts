// A YAML text with its places: values with the environment filled in, and for every path the line it stands on. Whatever
// it gives out for messages has the secrets covered.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
} from 'yaml';
import { fillPlaceholders, hidePlaceholders, showPlaceholders } from './placeholders.ts';
import { ConfigError, type Path, type Problem } from './problem.ts';
import { coverRanges, coverSecrets, isSecretAt } from './secret.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A problem before it has a place. `at` tells whether the key or the value of the path is at fault. */
export interface Finding {
  path: Path;
  at: 'key' | 'value';
  message: string;
  hint?: string | null;
  /** A file that the configuration names and that is not there yet: `train` makes it. */
  awaits?: 'artifact';
}

export interface Source {
  /** The document as plain data. */
  value: unknown;
  /** What was wrong already: repeated keys, missing variables. Nothing else is told about their paths. */
  findings: readonly Finding[];
  /** Gives a finding its line, column and excerpt, and covers secrets in its texts. */
  place: (finding: Finding) => Problem;
}

/** Reads a YAML text. Throws ConfigError when it is not YAML. */
export function readSource(text: string, file: string, env: Environment): Source {
  return new YamlSource(text, file, env);
}

/** The same for a value that was never a text. */
export function valueSource(value: unknown): Source {
  return {
    value,
    findings: [],
    place: ({ path, message, hint }) => ({
      path,
      message,
      hint: hint ?? null,
      line: null,
      column: null,
      excerpt: null,
    }),
  };
}

interface Placed {
  node: Scalar;
  path: Path;
  isKey: boolean;
}

class YamlSource implements Source {
  readonly value: unknown;
  readonly findings: Finding[] = [];
  private readonly text: string;
  private readonly file: string;
  private readonly document: Document;
  private readonly lines = new LineCounter();
  private readonly scalars: Placed[] = [];
  private readonly secrets = new Set<string>();
  /** The text as excerpts show it. */
  private readonly covered: string;

  constructor(text: string, file: string, env: Environment) {
    this.text = text;
    this.file = file;
    this.document = parseDocument(hidePlaceholders(text), {
      lineCounter: this.lines,
      prettyErrors: false,
      merge: true,
      stringKeys: true,
    });
    this.refuseBrokenYaml();
    this.collect(this.document.contents, []);
    this.fill(env);
    this.covered = this.coverText();
    this.value = this.toValue();
  }

  place(finding: Finding): Problem {
    const { path, message, hint } = finding;
    const range = this.rangeOf(path, finding.at);
    const { line, col } = this.lines.linePos(range?.[0] ?? 0);
    return {
      path,
      message: coverSecrets(message, this.secrets),
      hint: typeof hint === 'string' ? coverSecrets(hint, this.secrets) : null,
      line,
      column: col,
      excerpt: range === null ? null : this.excerpt(line, range),
    };
  }

  private refuseBrokenYaml(): void {
    const issues = [...this.document.errors, ...this.document.warnings];
    const broken = issues.find((issue) => issue.code !== 'DUPLICATE_KEY');
    if (broken !== undefined) throw new ConfigError(this.file, [this.brokenYaml(broken.pos[0], sentenceOf(broken))]);
  }

  private brokenYaml(offset: number, message: string): Problem {
    const { line, col } = this.lines.linePos(offset);
    return { path: [], message, hint: null, line, column: col, excerpt: null };
  }

  /** Every scalar with its path, keys included; also finds keys that stand twice in one map. */
  private collect(node: unknown, path: Path): void {
    if (isScalar(node)) this.scalars.push({ node, path, isKey: false });
    if (isSeq(node)) node.items.forEach((item, index) => this.collect(item, [...path, index]));
    if (!isMap(node)) return;
    const seen = new Set<string>();
    for (const pair of node.items) {
      const key = keyOf(pair);
      const inner = [...path, key];
      if (isScalar(pair.key)) this.scalars.push({ node: pair.key, path: inner, isKey: true });
      // Readers of the schema pass over this one in silence.
      if (key === '__proto__') this.findings.push({ path: inner, at: 'key', message: 'cannot be a name' });
      if (seen.has(key)) this.findings.push({ path: inner, at: 'key', message: 'stands here twice' });
      seen.add(key);
      this.collect(pair.value, inner);
    }
  }

  private fill(env: Environment): void {
    for (const { node, path, isKey } of this.scalars) {
      if (typeof node.value !== 'string') continue;
      const written = showPlaceholders(node.value);
      node.value = written;
      if (isKey || !written.includes('${')) continue;
      const filled = fillPlaceholders(written, env);
      node.value = filled.text;
      for (const message of filled.problems) this.findings.push({ path, at: 'value', message, hint: hintOf(message) });
      for (const [variable, value] of filled.used) {
        if (isSecretAt([variable], value)) this.secrets.add(value);
      }
    }
  }

  private coverText(): string {
    const ranges: [number, number][] = [];
    for (const { node, path, isKey } of this.scalars) {
      if (isKey || !node.range || node.value === null || !isSecretAt(path, node.value)) continue;
      const written = this.text.slice(node.range[0], node.range[1]);
      const isReference = /^["']?\$\{[A-Za-z_][A-Za-z0-9_]*\}["']?$/.test(written);
      if (!isReference) ranges.push([node.range[0], node.range[1]]);
      if (!isReference || node.value !== written) this.secrets.add(node.toString());
    }
    return coverRanges(this.text, ranges);
  }

  private toValue(): unknown {
    try {
      return this.document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      const message = `the aliases cannot be resolved: ${error instanceof Error ? error.message : 'unknown'}`;
      let offset = 0;
      visit(this.document, {
        Alias: (_, alias) => {
          offset = alias.range?.[0] ?? 0;
          return visit.BREAK;
        },
      });
      throw new ConfigError(this.file, [this.brokenYaml(offset, message)]);
    }
  }

  /** Where the path stands; its nearest ancestor when it does not stand there itself, null when that is the document. */
  private rangeOf(path: Path, at: 'key' | 'value'): readonly [number, number] | null {
    let node: unknown = this.document.contents;
    let range: readonly [number, number] | null = null;
    for (const [index, step] of path.entries()) {
      const target = isAlias(node) ? node.resolve(this.document) : node;
      const isLast = index === path.length - 1;
      if (isMap(target)) {
        // The last of two equal keys is the one that counts, and the one at fault.
        const pair = target.items.findLast((item) => keyOf(item) === step);
        if (pair === undefined) return range;
        const key: readonly [number, number] | null = rangeOfNode(pair.key) ?? range;
        const value = isScalar(pair.value) || isAlias(pair.value) ? rangeOfNode(pair.value) : null;
        range = isLast && at === 'value' && value !== null && value[1] > value[0] ? value : key;
        node = pair.value;
      } else if (isSeq(target) && typeof step === 'number') {
        node = target.items[step];
        range = rangeOfNode(node) ?? range;
      } else return range;
    }
    return range;
  }

  private excerpt(line: number, range: readonly [number, number]): Problem['excerpt'] {
    const start = this.lines.lineStarts[line - 1] ?? 0;
    const next = this.lines.lineStarts[line] ?? this.text.length + 1;
    const ends = this.scalars.map(({ node }) => node.range?.[1] ?? 0).filter((end) => end > start && end < next);
    const lastEnd = Math.max(start, ...ends);
    // A comment may hold anything, such as the old key.
    const tail = this.covered.slice(lastEnd, next).replace(/\s#.*/s, '');
    const text = coverSecrets(this.covered.slice(start, lastEnd), this.secrets) + tail.trimEnd();
    if (text.trim() === '') return null;
    return { text, length: Math.max(1, Math.min(range[1], start + text.length) - range[0]) };
  }
}

function hintOf(problem: string): string | null {
  return problem.startsWith('the environment variable') ? 'Set it, or write a default: ${NAME:-default}.' : null;
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? showPlaceholders(String(pair.key.value)) : String(pair.key);
}

function rangeOfNode(node: unknown): readonly [number, number] | null {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return null;
  return [Number(node.range[0]), Number(node.range[1])];
}

/** The parser's own words without what it quotes from the text, which may be a secret. */
function sentenceOf(error: YAMLError): string {
  if (error.code === 'MULTIPLE_DOCS') return 'the file holds more than one YAML document';
  if (error.code === 'RESOURCE_EXHAUSTION') return 'the YAML is nested too deeply';
  if (error.code === 'TAG_RESOLVE_FAILED') return 'YAML tags are not used here';
  if (error.code === 'NON_STRING_KEY')
    return 'this is not valid YAML: a map or list stands where a key belongs; is there a brace too many?';
  const said = error.message.replace(/( token)?( in YAML stream)?: .*$/s, '').replaceAll(/"[^"]{2,}"/g, 'text');
  return `this is not valid YAML: ${said.charAt(0).toLowerCase()}${said.slice(1)}`;
}
