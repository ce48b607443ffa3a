// The files of a program that a person wrote: sources and settings, without what was installed, built or is told by .gitignore.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

export interface SourceFile {
  /** From the folder on, with slashes. */
  path: string;
  kind: 'javascript' | 'python' | 'settings';
  text: string;
}

const SKIPPED = new Set(
  `node_modules bower_components .git .hg .svn dist build out target vendor vendored third_party venv .venv env site-packages __pycache__
  .next .nuxt .svelte-kit .output .cache .turbo coverage .tox .mypy_cache .pytest_cache .terraform .idea .vscode storybook-static tierline`.split(
    /\s+/,
  ),
);
const JAVASCRIPT = /\.[cm]?[jt]sx?$/;
const SETTINGS = /(?:^|\/)\.env(?:\.[\w.-]+)?$|\.(?:ya?ml|json|jsonc|toml|ini|cfg|properties|tf|tfvars)$/;
/** Files of settings that only machines write, and declarations and tests of types. */
const MADE =
  /(?:^|\/)(?:package-lock|npm-shrinkwrap|composer-lock)\.json$|-lock\.ya?ml$|\.min\.[cm]?js$|\.d\.[cm]?ts$|\.map$|\.lock$/;
const MOST_BYTES = 1024 * 1024;
/** Nobody writes lines so long. */
const MINIFIED = 1000;

export function walkFolder(folder: string): { files: SourceFile[]; skipped: number } {
  const files: SourceFile[] = [];
  let skipped = 0;
  const visit = (at: string, rules: readonly Rule[]): void => {
    const own = [...rules, ...readRules(folder, at)];
    for (const entry of readdirSync(path.join(folder, at), { withFileTypes: true }).sort((one, other) =>
      one.name < other.name ? -1 : 1,
    )) {
      const name = at === '' ? entry.name : `${at}/${entry.name}`;
      if (isIgnored(own, name, entry.isDirectory())) continue;
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) visit(name, own);
      } else if (entry.isFile()) {
        const read = readSource(folder, name);
        if (read === 'skipped') skipped++;
        else if (read !== null) files.push(read);
      }
    }
  };
  visit('', []);
  return { files, skipped };
}

/** Null for a file of another kind. */
function readSource(folder: string, name: string): SourceFile | 'skipped' | null {
  const kind = JAVASCRIPT.test(name)
    ? 'javascript'
    : name.endsWith('.py')
      ? 'python'
      : SETTINGS.test(name)
        ? 'settings'
        : null;
  if (kind === null || MADE.test(name)) return null;
  const file = path.join(folder, name);
  if (statSync(file).size > MOST_BYTES) return 'skipped';
  const text = readFileSync(file, 'utf8');
  const isMinified = kind === 'javascript' && text.length / (text.split('\n').length + 1) > MINIFIED;
  return isMinified || text.includes('\0') ? 'skipped' : { path: name, kind, text };
}

interface Rule {
  pattern: RegExp;
  isNegated: boolean;
  isFolder: boolean;
}

/** The rules of a .gitignore, as far as names, stars and slashes go. */
function readRules(folder: string, at: string): Rule[] {
  let text: string;
  try {
    text = readFileSync(path.join(folder, at, '.gitignore'), 'utf8');
  } catch {
    return [];
  }
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => toRule(line, at));
}

function toRule(line: string, at: string): Rule {
  const isNegated = line.startsWith('!');
  const written = line.slice(isNegated ? 1 : 0);
  const isFolder = written.endsWith('/');
  const body = written.replace(/\/$/, '').replace(/^\//, '');
  const isAnchored = written.replace(/\/$/, '').includes('/');
  const base = at === '' ? '' : `${escape(at)}/`;
  const glob = escape(body)
    .replaceAll('\\*\\*/', '(?:.*/)?')
    .replaceAll('\\*\\*', '.*')
    .replaceAll('\\*', '[^/]*')
    .replaceAll('\\?', '[^/]');
  return { pattern: new RegExp(`^${base}${isAnchored ? '' : '(?:.*/)?'}${glob}$`), isNegated, isFolder };
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Settings with secrets are ignored by every project, and name models all the same. */
function isIgnored(rules: readonly Rule[], name: string, isFolder: boolean): boolean {
  if (/(?:^|\/)\.env(?:\.[\w.-]+)?$/.test(name)) return false;
  const last = rules.findLast((rule) => (isFolder || !rule.isFolder) && rule.pattern.test(name));
  return last !== undefined && !last.isNegated;
}
