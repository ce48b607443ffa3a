// What the tests of this folder share: small policies and requests, of which a test says only what it is about.
import type { Plan } from '../call/plan.ts';
import type { TrackRecord } from '../call/track-record.ts';
import type { Usage } from '../call/usage.ts';
import type { Caller, View } from '../call/view.ts';
import type {
  Policy,
  PolicyDeployment,
  PolicyLimits,
  PolicyModel,
  PolicyRoute,
  PolicyRule,
  PolicyTask,
} from './policy.ts';
import { NO_STATE, type PlanState } from './state.ts';

export const place = (fields: Partial<PolicyDeployment> = {}): PolicyDeployment => ({
  provider: 'acme',
  dialects: ['openai-chat'],
  isPrivate: false,
  region: null,
  ...fields,
});

/** Nano-dollars for a token of input and of output; a cached token of input costs a tenth. */
export const priced =
  (input: number, output: number): PolicyModel['priceOf'] =>
  (usage: Usage) =>
    Math.round(usage.inputTokens * input + (usage.cacheReadTokens * input) / 10 + usage.outputTokens * output);

export const unpriced: PolicyModel['priceOf'] = () => null;

const RANKS = ['small', 'mid', 'frontier'];

/** A token for every four characters; no window, no known capabilities. */
export const model = (name: string, tier: string, fields: Partial<PolicyModel> = {}): PolicyModel => ({
  name,
  tier,
  rank: RANKS.indexOf(tier),
  inputLimit: null,
  window: null,
  leastCachedTokens: 1024,
  countTokens: (text) => text.length / 4,
  capabilities: null,
  kind: null,
  deployments: [place()],
  priceOf: unpriced,
  ...fields,
});

export const route = (models: string[], fields: Partial<PolicyRoute> = {}): PolicyRoute => ({
  models,
  ownCount: models.length,
  isCascade: false,
  mode: null,
  predict: null,
  attemptTimeoutMs: null,
  hedge: null,
  stream: { mode: 'hold', tokens: 0 },
  otherwise: null,
  latencyMs: null,
  say: models.join(', then '),
  ...fields,
});

export const limits = (fields: Partial<PolicyLimits> = {}): PolicyLimits => ({
  of: 'the task t',
  isPrivate: false,
  regions: null,
  allow: null,
  deny: new Set(),
  maxCostNanoUsd: null,
  ...fields,
});

export const task = (name: string, to: PolicyRoute | string[], fields: Partial<PolicyTask> = {}): PolicyTask => ({
  name,
  matches: () => false,
  claimsModels: false,
  rules: [],
  route: Array.isArray(to) ? route(to) : to,
  rollout: null,
  limits: limits({ of: `the task ${name}` }),
  hasGates: false,
  otherwise: 'answer',
  typicalOutputTokens: null,
  marksCache: false,
  ...fields,
});

export const rule = (matches: PolicyRule['matches'], to: PolicyRoute, say = 'rule 1'): PolicyRule => ({
  matches,
  route: to,
  say,
});

export function policy(
  models: readonly PolicyModel[],
  tasks: readonly PolicyTask[] = [],
  fields: Partial<Policy> = {},
): Policy {
  return {
    models: new Map(models.map((one) => [one.name, one])),
    aliases: new Map(),
    tasks,
    tasksByName: new Map(tasks.map((one) => [one.name, one])),
    rules: [],
    defaultRoute: null,
    tenants: new Map(),
    marksCache: false,
    observing: null,
    ...fields,
  };
}

export const view = (fields: Partial<View> = {}): View => ({
  model: 'auto',
  stream: false,
  kind: 'chat',
  bytes: 50,
  text: '',
  givenTokens: 0,
  messageCount: 1,
  hasTools: false,
  hasImages: false,
  hasSchema: false,
  metadata: {},
  imageCount: 0,
  hasDocuments: false,
  hasAudio: false,
  wantsReasoning: false,
  maxOutputTokens: null,
  hasCacheMarks: false,
  ask: '',
  opening: '',
  firstExchange: null,
  hasAnswer: false,
  isInToolLoop: false,
  signedBy: null,
  ...fields,
});

export const caller = (headers: Caller['headers'] = {}, tenant = 'acme'): Caller => ({
  tenant,
  path: '/v1/chat/completions',
  headers,
});

export const state = (fields: Partial<PlanState> = {}): PlanState => ({
  ...NO_STATE,
  nowMs: 1_000_000,
  spends: true,
  ...fields,
});

export const modelsOf = ({ attempts }: Plan): string[] => attempts.map((attempt) => attempt.model);

/** What the plan's reasons of one step say. */
export const said = ({ reasons }: Plan, step: Plan['reasons'][number]['step']): string[] =>
  reasons.filter((reason) => reason.step === step).map(({ say }) => say);

export const record = (fields: Partial<TrackRecord> = {}): TrackRecord => ({
  outputTokens: null,
  judged: 0,
  passed: 0,
  followRate: null,
  p95LatencyMs: null,
  ...fields,
});
