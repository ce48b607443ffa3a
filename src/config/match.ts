// Turns match rules, of tasks and of routes, into one predicate over the request and the time. A predicate whose fact
// cannot be told does not hold.
import type { Caller, View } from '../call/view.ts';
import { createWallClock } from '../policy/clock.ts';
import { factsOf } from '../policy/facts.ts';
import type { MatchRule, TimeRule, WhenRule } from './config.ts';

export type Matches = (view: View, caller: Caller, nowMs: number) => boolean;

/** True when any of the rules holds; `countTokens` estimates a text's tokens for the length predicates. */
export function createMatcher(rules: readonly MatchRule[], countTokens: (text: string) => number): Matches {
  const compiled = rules.map((rule) => createRule(rule, countTokens));
  return (view, caller, nowMs) => compiled.some((matches) => matches(view, caller, nowMs));
}

function createRule(rule: MatchRule, countTokens: (text: string) => number): Matches {
  const conditions: Matches[] = [];
  // The cheap conditions first: the last ones may have to parse the body.
  for (const [name, values] of rule.headers) {
    conditions.push((_view, caller) => {
      const value = caller.headers[name];
      const text = Array.isArray(value) ? value[0] : value;
      return text !== undefined && values.includes(text);
    });
  }
  if (rule.paths.length > 0) conditions.push(anyOf(rule.paths.map(pathMatcher), (_view, caller) => caller.path));
  if (rule.models.length > 0) conditions.push(anyOf(rule.models.map(globMatcher), (view) => view.model));
  for (const [name, values] of rule.metadata) {
    conditions.push((view) => {
      const value = view.metadata[name];
      return value !== undefined && values.includes(value);
    });
  }
  if (rule.when !== null) conditions.push(...whenConditions(rule.when, countTokens));
  return (view, caller, nowMs) => conditions.every((holds) => holds(view, caller, nowMs));
}

function whenConditions(when: WhenRule, countTokens: (text: string) => number): Matches[] {
  const conditions: Matches[] = [];
  const is = (wanted: boolean | null, read: (view: View) => boolean | null): void => {
    if (wanted !== null) conditions.push((view) => read(view) === wanted);
  };
  const { tenants, time, languages } = when;
  if (tenants.length > 0) conditions.push((_view, caller) => tenants.includes(caller.tenant));
  if (time !== null) conditions.push(timeCondition(time));
  is(when.stream, (view) => view.stream);
  is(when.hasTools, (view) => view.hasTools);
  is(when.hasImages, (view) => view.hasImages);
  is(when.hasSchema, (view) => view.hasSchema);
  conditions.push(...textConditions(when, countTokens));
  is(when.hasCode, (view) => factsOf(view).hasCode);
  is(when.hasTables, (view) => factsOf(view).hasTables);
  is(when.hasMath, (view) => factsOf(view).hasMath);
  if (languages.length > 0) {
    conditions.push((view) => {
      const { language } = factsOf(view);
      return language !== null && languages.includes(language);
    });
  }
  return conditions;
}

function textConditions(when: WhenRule, countTokens: (text: string) => number): Matches[] {
  const conditions: Matches[] = [];
  const { minInputTokens: least, maxInputTokens: most, contains, matches } = when;
  const count = (view: View): number => view.tokensOf?.(null) ?? countTokens(view.text) + view.givenTokens;
  // A token is never shorter than a byte, so most short requests need no counting.
  if (least !== null) conditions.push((view) => view.bytes >= least && count(view) >= least);
  if (most !== null) conditions.push((view) => view.bytes <= most || count(view) <= most);
  if (contains.length > 0) {
    conditions.push((view) => {
      const text = view.text.toLowerCase();
      return contains.some((part) => text.includes(part));
    });
  }
  if (matches !== null) conditions.push((view) => matches.test(view.text));
  return conditions;
}

function timeCondition({ fromMinute, toMinute, days, zone }: TimeRule): Matches {
  const wallTime = createWallClock(zone);
  const isOn = (day: number): boolean => days.length === 0 || days.includes(day);
  return (_view, _caller, nowMs) => {
    const { day, minute } = wallTime(nowMs);
    if (fromMinute < toMinute) return minute >= fromMinute && minute < toMinute && isOn(day);
    // After midnight the span is still that of the day before.
    return (minute >= fromMinute && isOn(day)) || (minute < toMinute && isOn((day + 6) % 7));
  };
}

function anyOf(tests: readonly ((text: string) => boolean)[], read: (view: View, caller: Caller) => string): Matches {
  return (view, caller) => {
    const text = read(view, caller);
    return tests.some((test) => test(text));
  };
}

function pathMatcher(pattern: string): (text: string) => boolean {
  return pattern.includes('*') ? globMatcher(pattern) : (path) => path.startsWith(pattern);
}

function globMatcher(pattern: string): (text: string) => boolean {
  if (!pattern.includes('*')) return (text) => text === pattern;
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`))
    .join('.*');
  const expression = new RegExp(`^${source}$`, 's');
  return (text) => expression.test(text);
}
