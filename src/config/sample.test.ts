// What the tests of this folder share.
import assert from 'node:assert/strict';
import type { Config, RouteConfig, RouteTarget } from './config.ts';
import { parseConfig } from './load.ts';
import { ConfigError, type Problem, writePath } from './problem.ts';
import type { Environment } from './source.ts';

/** A provider and a model, so that a text needs to say only what its test is about. */
export const BASE = `
providers: { simulated: {} }
models: { small: simulated/sim-small, mid: simulated/sim-mid }
`;

export function parse(text: string, env: Environment = {}): Config {
  return parseConfig(text, { file: '/etc/tierline/tierline.yaml', env });
}

export function errorOf(text: string, env: Environment = {}): ConfigError {
  try {
    parse(text, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  return assert.fail(`nothing was refused in:\n${text}`);
}

/** Each problem as `path: message`, with the hint in brackets. */
export function problemsOf(text: string, env: Environment = {}): string[] {
  return errorOf(text, env).problems.map(written);
}

export function onlyProblemOf(text: string, env: Environment = {}): string {
  const problems = problemsOf(text, env);
  assert.equal(problems.length, 1, problems.join('\n'));
  return problems[0] ?? '';
}

function written({ path, message, hint }: Problem): string {
  return `${writePath(path)}: ${message}${hint === null ? '' : ` [${hint}]`}`;
}

/** A route of these targets, everything else as when it is left out. */
export function routeTo(...targets: [RouteTarget, ...RouteTarget[]]): RouteConfig {
  return {
    targets,
    ownCount: 1,
    isCascade: false,
    mode: null,
    predict: null,
    attemptTimeoutMs: null,
    hedge: null,
    stream: { mode: 'hold', tokens: 0 },
    otherwise: null,
    latencyMs: null,
  };
}
