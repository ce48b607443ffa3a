// Reads a repository: where it asks models, which ones it names, and what the catalog knows of those. It runs nothing, and keeps no text of
// the program but names.
import path from 'node:path';
import type { NanoUsd } from '../../../call/money.ts';
import { priceAt } from '../../../catalog/price-usage.ts';
import type { Ladder } from '../ladder.ts';
import { type CallSite, constantsOf, looksLikeModel, toCallSite } from './call-site.ts';
import { loadParsers } from './parse-calls.ts';
import { retirementOf } from './retirements.ts';
import { scanCalls } from './scan-calls.ts';
import { type SourceFile, walkFolder } from './walk-folder.ts';

export interface NamedModel {
  name: string;
  /** `file:line`, in the order of the files. */
  at: string[];
  vendor: string | null;
  tier: string | null;
  /** For a million tokens; null when the catalog does not know the model. */
  price: { input: NanoUsd | null; output: NanoUsd | null } | null;
  /** The day it was or will be shut down, as its maker says. */
  retiredOn: string | null;
}

export interface CodeAudit {
  folder: string;
  files: number;
  /** Too large, minified, or not text. */
  skipped: number;
  sites: CallSite[];
  models: NamedModel[];
  /** Whether files were parsed, and not only scanned. */
  parsed: { javascript: boolean; python: boolean };
}

export function auditCode(folder: string, { ladder, atMs }: { ladder: Ladder; atMs: number }): CodeAudit {
  const { files, skipped } = walkFolder(folder);
  const parsers = loadParsers(path.resolve(folder));
  const parsed = { javascript: false, python: false };
  const sites: CallSite[] = [];
  const mentions = new Map<string, string[]>();
  for (const file of files) {
    for (const [name, line] of modelNames(file)) addMention(mentions, name, `${file.path}:${line}`);
    if (file.kind === 'settings') continue;
    const { kind: language, text } = file;
    const found = parsers[language](text, file.path);
    if (found !== null) parsed[language] = true;
    const constants = constantsOf(text);
    for (const call of found ?? scanCalls(text, language)) {
      const site = toCallSite(call, { file: file.path, language, constants });
      if (site !== null) sites.push(site);
    }
  }
  for (const { models, file, line } of sites) for (const name of models) addMention(mentions, name, `${file}:${line}`);
  const models = [...mentions].map(([name, at]) => describeModel(name, at, { ladder, atMs }));
  return {
    folder,
    files: files.length,
    skipped,
    sites,
    models: models.sort((one, other) => (one.name < other.name ? -1 : 1)),
    parsed,
  };
}

function addMention(mentions: Map<string, string[]>, name: string, at: string): void {
  const places = mentions.get(name) ?? [];
  if (!places.includes(at)) places.push(at);
  mentions.set(name, places);
}

const TOKEN = /[\w./:@-]{3,100}/g;

/** Words that have the form of a model's name, with their lines: in texts of programs, anywhere in settings. */
function* modelNames({ kind, text }: SourceFile): Generator<[name: string, line: number]> {
  for (const [index, line] of text.split('\n').entries()) {
    if (line.length > 2000) continue;
    const quoted =
      kind === 'settings' ? [line] : [...line.matchAll(/(["'`])([^"'`\n]{2,120})\1/g)].map(([, , inner = '']) => inner);
    for (const piece of quoted) {
      for (const [token] of piece.matchAll(TOKEN)) {
        const name = token.replace(/[.:]+$/, '');
        // A longer text is prose that speaks of models.
        if (looksLikeModel(name) && (kind === 'settings' || piece.trim() === token)) yield [name, index + 1];
      }
    }
  }
}

function describeModel(name: string, at: string[], { ladder, atMs }: { ladder: Ladder; atMs: number }): NamedModel {
  const spec = ladder.findModel(null, name);
  const rates = spec === null ? undefined : priceAt(spec.prices, atMs)?.rates;
  return {
    name,
    at,
    vendor: spec?.vendor ?? null,
    tier: ladder.tierOf(spec),
    price: rates === undefined ? null : { input: rates.input ?? null, output: rates.output ?? null },
    retiredOn: retirementOf(name),
  };
}
