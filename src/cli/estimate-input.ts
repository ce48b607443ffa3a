// What the calculator's options mean together: names become models, counts become traffic; what makes no sense is refused with a sentence.
import { existsSync } from 'node:fs';
import { createCatalog } from '../catalog/catalog.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import type { Traffic } from '../lifecycle/estimate/calculator.ts';
import type { EstimatedModel, Names } from '../lifecycle/estimate/model.ts';
import { Fraction } from '../stats/fraction.ts';
import { findConfig } from './find-config.ts';

export interface UsageOptions {
  input: Fraction;
  output: Fraction;
  /** Tokens of the input. */
  cached?: Fraction;
  /** The same as a share of it. */
  cachedShare?: Fraction;
  cacheWrite?: Fraction;
  batch?: boolean;
  /** Milliseconds since 1970. */
  at?: number;
  config?: string;
  json?: boolean;
}

/** The catalog, and the configuration that was named or lies here. One that nobody named and that is wrong is left alone. */
export function namesFor(config: string | undefined, warn: (text: string) => void): Names {
  return { catalog: createCatalog(), config: configFor(config, warn) };
}

function configFor(named: string | undefined, warn: (text: string) => void): Config | null {
  if (named === undefined && !existsSync('tierline.yaml')) return null;
  try {
    return findConfig(named).config;
  } catch (error) {
    if (named !== undefined || !(error instanceof ConfigError)) throw error;
    warn('tierline.yaml cannot be used (`tierline check` says why); names and prices are those of the catalog.');
    return null;
  }
}

export function toTraffic(options: UsageOptions, calls: Fraction | null): Traffic {
  const { input, output, cacheWrite: written = Fraction.ZERO } = options;
  if (options.cached !== undefined && options.cachedShare !== undefined)
    throw new Error('Say either --cached or --cached-share.');
  const cached = options.cached ?? options.cachedShare?.times(input) ?? Fraction.ZERO;
  if (cached.plus(written).isAbove(input))
    throw new Error('What is read from and written to the cache is part of the input, and here more than all of it.');
  if (calls?.isZero === true && !(input.isZero && output.isZero))
    throw new Error('No calls have no tokens: --calls is 0, --input and --output are not.');
  return { input, cached, written, output, calls };
}

/** A call that no model could take is a mistake: tokens of a month, most likely. */
export function refuseTooLong(models: readonly EstimatedModel[], { input, output }: UsageOptions): void {
  for (const { name, places } of models) {
    for (const { spec } of places) {
      const { effectiveWindow, contextWindow, maxOutputTokens } = spec ?? {};
      const window = effectiveWindow ?? contextWindow ?? null;
      const say = (what: string, most: number): never => {
        const hint = 'For the tokens of many calls together there is `tierline estimate month`.';
        throw new Error(`${name} ${what} at most ${most.toLocaleString('en-US')} tokens in a call. ${hint}`);
      };
      if (window !== null && input.isAbove(Fraction.of(window))) say('reads', window);
      if (maxOutputTokens != null && output.isAbove(Fraction.of(maxOutputTokens))) say('writes', maxOutputTokens);
    }
  }
}
