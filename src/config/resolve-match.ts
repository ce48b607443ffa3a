// Makes match rules of what the file says about requests.
import { DAYS, type MatchRule, type TimeRule, type WhenRule } from './config.ts';
import type { FileMatch, FileRequestRule, FileRule, FileWhen } from './match-schema.ts';
import type { Report } from './names.ts';
import type { Path } from './problem.ts';

export interface MatchContext {
  report: Report;
  /** Where requests say what kind of user asks; null when the file does not say where. */
  userTier: { header: string } | { metadata: string } | null;
}

/** The rules of a task's `match`, of which one must hold. */
export function resolveMatch(file: FileMatch, path: Path, context: MatchContext): MatchRule[] {
  if (file.any === undefined) return [resolveRule(file, path, context)];
  return file.any.map((rule, index) => resolveRule(rule, [...path, 'any', index], context));
}

/** A rule whose predicates stand beside its conditions on the request, as in `rules`. */
export function resolveRequestRule(
  { header, metadata, model, path: paths, ...when }: FileRequestRule,
  path: Path,
  context: MatchContext,
): MatchRule {
  const rule = resolveRule({ header, metadata, model, path: paths }, path, context);
  const { report } = context;
  if (Object.values(when).every((value) => value === undefined)) return rule;
  addUserTier(rule, when.user_tier, { ...context, path });
  return { ...rule, when: resolveWhen(when, path, report) };
}

function resolveRule(file: FileRule, path: Path, context: MatchContext): MutableRule {
  const { report } = context;
  const headers = Object.entries(file.header ?? {}).map(([name, values]) => [name.toLowerCase(), values] as const);
  const metadata = Object.entries(file.metadata ?? {});
  const paths = file.path ?? [];
  const odd = paths.findIndex((pattern) => !pattern.startsWith('/') && !pattern.startsWith('*'));
  if (odd !== -1)
    report({ path: [...path, 'path'], at: 'value', message: `a path begins with a slash: /${paths[odd]}` });
  const rule = {
    headers: new Map(headers),
    metadata: new Map(metadata),
    models: file.model ?? [],
    paths,
    when: file.when === undefined ? null : resolveWhen(file.when, [...path, 'when'], report),
  };
  addUserTier(rule, file.when?.user_tier, { ...context, path: [...path, 'when'] });
  return rule;
}

type MutableRule = MatchRule & { headers: Map<string, readonly string[]>; metadata: Map<string, readonly string[]> };

/** The tier of a user is a header or a member of the metadata, so it is matched as one. */
function addUserTier(
  rule: MutableRule,
  tiers: readonly string[] | undefined,
  context: MatchContext & { path: Path },
): void {
  if (tiers === undefined) return;
  const { userTier, report } = context;
  const path = [...context.path, 'user_tier'];
  if (userTier === null) {
    const hint = 'For example: user_tier: { header: x-user-tier }';
    report({ path, at: 'key', message: 'needs the top-level `user_tier` to say where it is read from', hint });
    return;
  }
  const conditions = 'header' in userTier ? rule.headers : rule.metadata;
  const name = 'header' in userTier ? userTier.header : userTier.metadata;
  if (conditions.has(name)) report({ path, at: 'key', message: `is "${name}", which this rule names already` });
  conditions.set(name, tiers);
}

function resolveWhen(file: FileWhen, path: Path, report: Report): WhenRule {
  const { min_input_tokens: min = null, max_input_tokens: max = null } = file;
  if (min !== null && max !== null && min > max) {
    report({
      path: [...path, 'min_input_tokens'],
      at: 'value',
      message: 'is above max_input_tokens, so no request can match',
    });
  }
  return {
    minInputTokens: min,
    maxInputTokens: max,
    hasTools: file.has_tools ?? null,
    hasImages: file.has_images ?? null,
    hasSchema: file.has_schema ?? null,
    hasCode: file.has_code ?? null,
    hasTables: file.has_tables ?? null,
    hasMath: file.has_math ?? null,
    stream: file.stream ?? null,
    languages: file.language === undefined ? [] : [file.language].flat(),
    tenants: file.tenant ?? [],
    time: file.time === undefined ? null : resolveTime(file.time),
    contains: (file.contains ?? []).map((part) => part.toLowerCase()),
    matches: file.matches ?? null,
  };
}

function resolveTime({ from, to, days, zone }: NonNullable<FileWhen['time']>): TimeRule {
  return { fromMinute: from, toMinute: to, days: (days ?? []).map((day) => DAYS.indexOf(day)), zone };
}
