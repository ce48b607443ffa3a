// What the tests of simulations share: a folder with a configuration, samples and kept answers, and policies to try against it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { toUsage } from '../../call/usage.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import type { Config } from '../../config/config.ts';
import { parseConfig } from '../../config/load.ts';
import { placesOf } from '../places.ts';
import { answerKey, type KeptAnswer, type KeptLine } from '../profile/answer.ts';
import { type Sample, type SampleLine, toSample } from '../samples/sample.ts';
import { type SimulatedArtifacts, type SimulatedPolicy, toSimulatedPolicy } from './simulated-policy.ts';

/** Nobody listens there: a simulation that called a model would fail. */
const HEAD = `providers: { p: { dialect: openai, base_url: "http://127.0.0.1:9/v1", api_key: k } }
models:
  small: { use: p/up-small, tier: small, price: { input: 1, output: 2 } }
  mid: { use: p/up-mid, tier: mid, price: { input: 3, output: 6 } }
  big: { use: p/up-big, tier: frontier, price: { input: 10, output: 20 } }
baseline: big
`;

export const configOf = (rest: string, file = 'tierline.yaml'): Config => parseConfig(HEAD + rest, { file, env: {} });

/** The task `label` with a gate, routed so. */
export const labelRoute = (route: string, more = ''): string =>
  `tasks: { label: { accept: [{ one_of: [yes, no] }], route: ${route}${more} } }\n`;

export const policyOf = (rest: string, file?: string, artifacts?: SimulatedArtifacts): Promise<SimulatedPolicy> =>
  toSimulatedPolicy(configOf(rest, file), createCatalog(), artifacts);

/** A predicted route of `label`; its artifact is this file, and whoever loads it says what it is. */
export const PREDICTED = labelRoute(`{ predict: ${fileURLToPath(import.meta.url)} }`);

/** An artifact that sends the text `easy` to `small` and everything else to `mid`. */
export const predicting = (encoder: string | null = null): SimulatedArtifacts => ({
  loadPredictor: () => ({
    id: '0123456789ab',
    models: ['small', 'mid'],
    reference: 'mid',
    isCascade: false,
    encoder,
    forecast: ({ view }) => ({ chances: {}, order: [view.text.includes('easy') ? 'small' : 'mid'], say: '' }),
  }),
});

/** An artifact that tries `small`, then `mid`; it refuses whatever `small` says, and afterwards likes the longer answer better. */
export const voting: SimulatedArtifacts = {
  loadPredictor: () => ({
    id: '0123456789ab',
    models: ['small', 'mid'],
    reference: 'mid',
    isCascade: true,
    encoder: null,
    forecast: () => ({ chances: {}, order: ['small', 'mid'], say: '' }),
  }),
  loadScorer: () => ({
    id: '0123456789ab',
    models: ['small', 'mid'],
    mayPrefer: true,
    score: ({ given, earlier }) => {
      const longer = earlier.find(({ answer }) => answer.text.length > given.answer.text.length);
      return { chance: 0.5, accepts: given.model === 'mid', prefers: longer?.model ?? null, say: 'so' };
    },
  }),
};

export const MODELS = ['small', 'mid', 'big'] as const;

export interface Said {
  text: string;
  costNanoUsd?: number | null;
  latencyMs?: number;
  /** Instead of an answer, the provider's refusal. */
  error?: { code: string; httpStatus: number };
}

/** One sample and what each model said to it. */
export interface Scene {
  line: SampleLine;
  said: Partial<Record<(typeof MODELS)[number], Said>>;
}

export function keptAnswer(sample: Sample, model: string, said: Said): KeptAnswer {
  const { text, costNanoUsd = 100, latencyMs = 10, error } = said;
  return {
    kind: 'answer',
    key: answerKey(sample, [`p/up-${model}`]),
    sample: sample.id,
    model,
    upstream: `p/up-${model}`,
    at: '2026-11-01T00:00:00.000Z',
    latencyMs,
    answer: error === undefined ? { text, finish: { reason: 'stop', raw: 'stop' } } : null,
    error: error === undefined ? null : { ...error, message: error.code },
    usage: toUsage({ inputTokens: 10, outputTokens: 2 }),
    costNanoUsd,
    costBasis: 'measured',
    responseModel: model,
  };
}

/** Writes samples and answers of `label`; gives the configuration's path. */
export function writeScenes(t: TestContext, scenes: readonly Scene[], more: readonly KeptLine[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-simulate-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const places = placesOf(join(folder, 'tierline'), 'label');
  for (const name of ['samples', 'answers']) mkdirSync(join(folder, 'tierline', name), { recursive: true });
  const lines = scenes.flatMap(({ line, said }) => {
    const sample = toSample(line);
    return Object.entries(said).map(([model, one]) => keptAnswer(sample, model, one));
  });
  writeFileSync(places.samples, scenes.map(({ line }) => `${JSON.stringify(line)}\n`).join(''));
  writeFileSync(places.answers, [...lines, ...more].map((line) => `${JSON.stringify(line)}\n`).join(''));
  return join(folder, 'tierline.yaml');
}
