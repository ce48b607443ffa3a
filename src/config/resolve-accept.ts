// Makes gates, as data, of what `accept` says: files are read, names looked up, bounds compared. Whether packages and
// modules load is told by load-gates.ts, because that takes time.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type Bounds,
  CODE_LANGUAGES,
  type ConfidencePlace,
  type GateConfig,
  type GateConfigOf,
  LENGTH_UNITS,
  type LengthUnit,
} from '../gate/gate-config.ts';
import type { FileGate } from './accept-schema.ts';
import type { TaskConfig } from './config.ts';
import { type Report, unknownName } from './names.ts';
import type { Path } from './problem.ts';
import type { Ladder } from './resolve-route.ts';
import { missingArtifact, readSchemaFile, schemaFinding } from './schema-file.ts';

interface Place {
  /** Path of the gate's own key. */
  path: Path;
  ladder: Ladder;
}

/**
 * The gates in the order of the file, one for each item, and the finish gate after them where the task says nothing about
 * finishes. No gates at all where the task has no `accept`.
 */
export function resolveAccept(file: readonly FileGate[] | undefined, path: Path, ladder: Ladder): GateConfig[] {
  if (file === undefined) return [];
  const gates = file.map((gate, index) => resolveGate(gate, [...path, index], ladder));
  if (!gates.some((gate) => gate.kind === 'finish')) gates.push({ kind: 'finish', expect: 'complete' });
  return gates;
}

/** An answer that cannot be taken back must be checked by something. */
export function refuseMissingGate({ name, consequence, accept }: TaskConfig, report: Report): void {
  // A lone `finish: any` lets everything pass.
  if (consequence !== 'irreversible' || accept.some((gate) => gate.kind !== 'finish' || gate.expect === 'complete'))
    return;
  report({
    path: ['tasks', name, 'consequence'],
    at: 'value',
    message: 'says that a wrong answer cannot be taken back, but nothing checks the answers',
    hint: 'Add gates, for example accept: [{ json_schema: request }, { refusal: true }].',
  });
}

/** A gate that asks a model, and where the model is named. */
interface Asking {
  model: string;
  /** What it does, before the task. */
  does: string;
  path: Path;
}

/** Every model that gates of the task ask. */
export function askingOf({ name, accept }: TaskConfig): Asking[] {
  return accept.flatMap((gate, index): Asking[] => {
    const path = ['tasks', name, 'accept', index];
    if (gate.kind === 'judge') return [{ model: gate.model, does: 'judges', path: [...path, 'judge', 'model'] }];
    if (gate.kind !== 'agreement') return [];
    const second = { model: gate.model, does: 'answers once more for', path: [...path, 'agreement', 'with'] };
    const by = gate.embedding?.model;
    return by === undefined
      ? [second]
      : [second, { model: by, does: 'compares answers of', path: [...path, 'agreement', 'by'] }];
  });
}

/** A judge sees the conversation as the answering model does. */
export function refusePublicJudges(task: TaskConfig, { models, providers, report }: Ladder): void {
  for (const { model: name, does, path } of askingOf(task)) {
    const model = models.get(name);
    const open = model?.deployments.find((deployment) => providers.get(deployment.provider)?.isPrivate === false);
    if (model === undefined || open === undefined) continue;
    const message = `${does} a private task, but "${model.name}" is served by "${open.provider}", which is not private`;
    report({ path, at: 'value', message });
  }
}

/** A judge without a place in the task's regions could never be asked, and every answer would fail for it. */
export function refuseDistantJudges(task: TaskConfig, { models, providers, report }: Ladder): void {
  const { regions } = task;
  if (regions === null) return;
  for (const { model: name, does, path } of askingOf(task)) {
    const model = models.get(name);
    const isNear = model?.deployments.some(({ provider }) => regions.includes(providers.get(provider)?.region ?? ''));
    if (model === undefined || isNear === true) continue;
    const message = `${does} a task for ${regions.join(', ')} only, but "${model.name}" has no deployment there`;
    report({ path, at: 'value', message });
  }
}

function resolveGate(file: FileGate, path: Path, ladder: Ladder): GateConfig {
  const place = (key: keyof FileGate): Place => ({ path: [...path, key], ladder });
  if (file.json_schema !== undefined) {
    return resolveJsonSchema(file.json_schema, file.fenced ?? false, place('json_schema'));
  }
  if (file.one_of !== undefined) return resolveLabels(file.one_of);
  if (file.pattern !== undefined) return { kind: 'pattern', pattern: file.pattern };
  if (file.length !== undefined) return resolveLength(file.length, place('length'));
  if (file.refusal !== undefined) return { kind: 'refusal' };
  if (file.hedging !== undefined) return { kind: 'hedging' };
  if (file.tool_calls !== undefined) return { kind: 'tool_calls' };
  if (file.language !== undefined) return resolveLanguage(file.language, place('language'));
  if (file.code !== undefined) {
    return { kind: 'code', languages: file.code === 'parses' ? CODE_LANGUAGES : file.code.languages };
  }
  if (file.logprobs !== undefined) return { kind: 'logprobs', ...file.logprobs };
  if (file.confidence !== undefined) return resolveConfidence(file.confidence, place('confidence'));
  if (file.judge !== undefined) return resolveJudge(file.judge, place('judge'));
  if (file.agreement !== undefined) return resolveAgreement(file.agreement, place('agreement'));
  if (file.learned !== undefined) return resolveLearned(file.learned, place('learned'));
  if (file.module !== undefined) return resolveModule(file.module, place('module'));
  return { kind: 'finish', expect: file.finish ?? 'complete' };
}

function resolveJsonSchema(
  written: NonNullable<FileGate['json_schema']>,
  isFenced: boolean,
  { path, ladder }: Place,
): GateConfig {
  if (written === 'request') return { kind: 'json_schema', schema: 'request', file: null, isFenced };
  const isFile = typeof written === 'string';
  const read = isFile ? readSchemaFile(written, ladder.folder) : { schema: written };
  const finding = 'schema' in read ? schemaFinding(read.schema, isFile ? written : null) : read.finding;
  if (finding !== null) ladder.report({ path, at: isFile ? 'value' : 'key', ...finding });
  return {
    kind: 'json_schema',
    schema: 'schema' in read ? read.schema : {},
    file: isFile ? resolve(ladder.folder, written) : null,
    isFenced,
  };
}

function resolveLabels(written: NonNullable<FileGate['one_of']>): GateConfig {
  if (Array.isArray(written)) {
    return { kind: 'one_of', values: written, at: null, ignoreCase: false, isFenced: false };
  }
  const { values, at = null, ignore_case: ignoreCase, fenced: isFenced } = written;
  return { kind: 'one_of', values, at, ignoreCase, isFenced };
}

function resolveLength(written: NonNullable<FileGate['length']>, { path, ladder }: Place): GateConfig {
  const bounds: Partial<Record<LengthUnit, Bounds>> = {};
  for (const unit of LENGTH_UNITS) {
    const min = written[`min_${unit}`] ?? null;
    const max = written[`max_${unit}`] ?? null;
    if (min === null && max === null) continue;
    bounds[unit] = { min, max };
    if (min !== null && max !== null && min > max) {
      const message = `is above max_${unit}, so every answer would fail`;
      ladder.report({ path: [...path, `min_${unit}`], at: 'value', message });
    }
  }
  return { kind: 'length', bounds };
}

function resolveLanguage(written: NonNullable<FileGate['language']>, { path, ladder }: Place): GateConfig {
  const isShort = Array.isArray(written);
  const { is, min_letters: minLetters } = isShort ? { is: written, min_letters: 20 } : written;
  const place = isShort ? path : [...path, 'is'];
  const isSame = is.includes('same');
  const odd = is.find((language) => language !== 'same' && !/^[a-z]{2}$/.test(language));
  if (isSame && is.length > 1) {
    ladder.report({ path: place, at: 'key', message: '`same` stands alone, without other languages' });
  } else if (odd !== undefined) {
    const message = `"${odd}" is no language: two small letters of ISO 639-1, such as en or de, or same`;
    ladder.report({ path: place, at: 'value', message });
  }
  return { kind: 'language', allowed: isSame ? 'same' : is, minLetters };
}

function resolveConfidence(
  { min, at, pattern, fenced: isFenced }: NonNullable<FileGate['confidence']>,
  { path, ladder }: Place,
): GateConfig {
  const source: ConfidencePlace =
    pattern === undefined ? { kind: 'pointer', pointer: at ?? '', isFenced } : { kind: 'pattern', pattern };
  if (pattern !== undefined) requireGroup(pattern, 'the number', { path, ladder });
  return { kind: 'confidence', min, place: source };
}

function requireGroup(pattern: RegExp, around: string, { path, ladder }: Place): void {
  const groups = groupsOf(pattern);
  if (groups === 1) return;
  const message = `has ${groups} groups; it needs exactly one, around ${around}`;
  const hint = 'Groups that only group are written (?:...).';
  ladder.report({ path: [...path, 'pattern'], at: 'value', message, hint });
}

function groupsOf(pattern: RegExp): number {
  return (new RegExp(`${pattern.source}|`, 'u').exec('')?.length ?? 1) - 1;
}

function resolveJudge(judge: Omit<GateConfigOf<'judge'>, 'kind'>, { path, ladder }: Place): GateConfig {
  if (!ladder.names.models.has(judge.model)) {
    ladder.report(unknownName('model', judge.model, { path: [...path, 'model'], known: ladder.names.models }));
  }
  return { kind: 'judge', ...judge };
}

function resolveAgreement(written: NonNullable<FileGate['agreement']>, { path, ladder }: Place): GateConfig {
  const { with: model, compare, by, min = 0.85, at = null, pattern = null, tolerance } = written;
  for (const [key, asked] of Object.entries({ with: model, by })) {
    if (asked === undefined || ladder.names.models.has(asked)) continue;
    ladder.report(unknownName('model', asked, { path: [...path, key], known: ladder.names.models }));
  }
  if (pattern !== null) requireGroup(pattern, 'what is compared', { path, ladder });
  const embedding = by === undefined ? null : { model: by, min };
  const likeness = compare === 'embedding' ? 'auto' : compare;
  return { kind: 'agreement', model, compare: likeness, embedding, at, pattern, tolerance };
}

function resolveLearned(written: NonNullable<FileGate['learned']>, { path, ladder }: Place): GateConfig {
  const { artifact, min = null } = written;
  const file = resolve(ladder.folder, artifact);
  const missing = missingArtifact(file);
  if (missing !== null) ladder.report({ path: [...path, 'artifact'], at: 'value', ...missing });
  return { kind: 'learned', file, min };
}

function resolveModule(written: NonNullable<FileGate['module']>, { path, ladder }: Place): GateConfig {
  const isShort = typeof written === 'string';
  const { file, time_limit: timeLimitMs } = isShort ? { file: written, time_limit: 1_000 } : written;
  const absolute = resolve(ladder.folder, file);
  if (!isFile(absolute)) {
    ladder.report({ path: isShort ? path : [...path, 'file'], at: 'value', message: `there is no file ${absolute}` });
  }
  return { kind: 'module', file: absolute, timeLimitMs };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Files that the gates were made from, absolute: a change of one is a change of the configuration. */
export function filesOf(gates: readonly GateConfig[]): string[] {
  return gates.flatMap((gate) => {
    if (gate.kind === 'module' || gate.kind === 'learned') return [gate.file];
    return gate.kind === 'json_schema' && gate.file !== null ? [gate.file] : [];
  });
}
