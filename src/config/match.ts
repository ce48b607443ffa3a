// Turns the match rules of a task into one predicate over the request.
import type { Caller, View } from '../call/view.ts';
import type { MatchRule, WhenRule } from './config.ts';

export type Matches = (view: View, caller: Caller) => boolean;

/** True when any of the rules holds; `countTokens` estimates a text's tokens for the length predicates. */
export function createMatcher(rules: readonly MatchRule[], countTokens: (text: string) => number): Matches {
  const compiled = rules.map((rule) => createRule(rule, countTokens));
  return (view, caller) => compiled.some((matches) => matches(view, caller));
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
  return (view, caller) => conditions.every((holds) => holds(view, caller));
}

function whenConditions(when: WhenRule, countTokens: (text: string) => number): Matches[] {
  const conditions: Matches[] = [];
  const is = (wanted: boolean | null, read: (view: View) => boolean): void => {
    if (wanted !== null) conditions.push((view) => read(view) === wanted);
  };
  is(when.stream, (view) => view.stream);
  is(when.hasTools, (view) => view.hasTools);
  is(when.hasImages, (view) => view.hasImages);
  is(when.hasSchema, (view) => view.hasSchema);
  const { minInputTokens: least, maxInputTokens: most, contains, matches } = when;
  // A token is never shorter than a byte, so most short requests need no counting.
  if (least !== null) conditions.push((view) => view.bytes >= least && countTokens(view.text) >= least);
  if (most !== null) conditions.push((view) => view.bytes <= most || countTokens(view.text) <= most);
  if (contains.length > 0) {
    conditions.push((view) => {
      const text = view.text.toLowerCase();
      return contains.some((part) => text.includes(part));
    });
  }
  if (matches !== null) conditions.push((view) => matches.test(view.text));
  return conditions;
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
