// Which configurations are the same to a task, and which oracles: digests of what decides, without keys, names of files and addresses of the
// machine. A key that is rotated makes no other configuration.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config, ProviderConfig, TaskConfig } from '../../config/config.ts';
import { filesOf } from '../../config/resolve-accept.ts';
import type { GateConfig } from '../../gate/gate-config.ts';
import { digestOf, type Sample } from '../samples/sample.ts';

/** Of everything that decides which model answers a call of the task, what is asked of it, and what is taken for an answer. */
export function configDigest(config: Config, task: TaskConfig): string {
  return digestOf([
    decidingPartOf(task),
    config.models,
    [...config.providers].map(([name, provider]) => [name, withoutSecrets(provider)]),
    config.tiers,
    config.tenants.get('default') ?? null,
    config.timeouts,
    config.retries,
    config.contextGuardShare,
  ]);
}

/** What is said of a task for people, audits and profiles moves no call. */
function decidingPartOf(task: TaskConfig): unknown {
  const { name, consequence, typicalOutputTokens, isStrict, marksCache, rules, route } = task;
  const { isPrivate, regions, allow, deny, maxCostNanoUsd, accept } = task;
  const limits = { isPrivate, regions, allow, deny, maxCostNanoUsd };
  const answers = { consequence, typicalOutputTokens, isStrict, accept: gatesAsData(accept) };
  return { name, ...limits, ...answers, marksCache, rules, route };
}

function withoutSecrets(provider: ProviderConfig): unknown {
  if (provider.kind === 'simulated') return provider;
  const { kind, isPrivate, region } = provider;
  if (provider.kind === 'package') return { kind, isPrivate, region, package: provider.package };
  return { kind, isPrivate, region, dialects: provider.dialects, baseUrl: provider.baseUrl };
}

/** Of what every answer of the task is held against; see `oracleDigest` for what a sample adds. */
export function taskOracle({ accept, reference }: TaskConfig): unknown {
  return [gatesAsData(accept), reference];
}

/** Of everything that an answer to the sample is held against: a verdict with the same one still holds. */
export function oracleDigest(ofTask: unknown, { reference, accept }: Pick<Sample, 'reference' | 'accept'>): string {
  return digestOf([ofTask, reference === undefined ? [] : [reference], accept]);
}

/** A gate that is a module is what its file says. */
function gatesAsData(gates: readonly GateConfig[]): unknown {
  return gates.map((gate) => {
    const { file: _file, ...rest } = { file: null, ...gate };
    return gate.kind === 'module' ? { ...rest, files: filesOf([gate]).map(digestOfFile) } : rest;
  });
}

function digestOfFile(file: string): string {
  return hash('sha256', readFileSync(file), 'hex');
}
