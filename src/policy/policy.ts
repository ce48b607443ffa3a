// The compiled policy: what config/ hands to the planner. Plain data and pure functions, no I/O.
import type { Caller, View } from '../call/view.ts';

export interface PolicyModel {
  name: string;
  tier: string;
  /** Tokens of input this model may be given: its effective window times the guard's share. Null when the window is not known. */
  inputLimit: number | null;
  /** How many tokens this model's vocabulary makes of a text. */
  countTokens: (text: string) => number;
}

/** What the operator wrote under `route`: models to try, in order. */
export interface PolicyRoute {
  models: readonly string[];
  /** How the route reads in a reason: `tier small`, `haiku, then sonnet`. */
  say: string;
}

export interface PolicyTask {
  name: string;
  /** Whether the task's own `match` claims this request. */
  matches: (view: View, caller: Caller) => boolean;
  /** Whether `match` names models, so that it takes over requests for a concrete model. */
  claimsModels: boolean;
  route: PolicyRoute;
}

export interface Policy {
  models: ReadonlyMap<string, PolicyModel>;
  /** Other names clients may use for a model: `openai/gpt-4o`, `gpt-4o`. */
  aliases: ReadonlyMap<string, string>;
  tasks: readonly PolicyTask[];
  tasksByName: ReadonlyMap<string, PolicyTask>;
  /** Where `auto` goes when no task matches; null when the operator gave none. */
  defaultRoute: PolicyRoute | null;
}
