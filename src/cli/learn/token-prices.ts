// What tokens of the models in a file of rows cost: a file of prices, the one that lies beside the rows, the configuration, the catalog.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { createCatalog } from '../../catalog/catalog.ts';
import type { ModelSpec } from '../../catalog/model-spec.ts';
import { rateOf, tariffOf } from '../../catalog/price-usage.ts';
import type { Config } from '../../config/config.ts';
import type { TokenPrice, TokenPrices } from '../../learn/estimator/cost.ts';
import { findModel } from '../../lifecycle/estimate/model.ts';

const priceFile = z.record(
  z.string(),
  z.looseObject({ input_per_m: z.number().nonnegative(), output_per_m: z.number().nonnegative() }),
);

/** Beside rows, the prices of their models: dollars per million tokens, by model. */
const BESIDE = 'prices.json';

export interface PriceSources {
  /** A file named by the user; null: the one beside the rows, where there is one. */
  file: string | null;
  data: readonly string[];
  config: Config | null;
  atMs: number;
}

/** Prices of the models that have one. Throws Error for a file that is none. */
export function findTokenPrices(models: readonly string[], sources: PriceSources): TokenPrices {
  const listed = new Map<string, TokenPrice>();
  for (const file of filesOf(sources)) for (const [model, price] of readPrices(file)) listed.set(model, price);
  const found = new Map<string, TokenPrice>();
  for (const model of models) {
    const price = listed.get(model) ?? catalogPrice(model, sources);
    if (price !== null) found.set(model, price);
  }
  return found;
}

function filesOf({ file, data }: PriceSources): string[] {
  if (file !== null) return [file];
  return [...new Set(data.map((one) => join(dirname(one), BESIDE)))].filter((one) => existsSync(one));
}

function readPrices(file: string): Map<string, TokenPrice> {
  try {
    const parsed = priceFile.parse(JSON.parse(readFileSync(file, 'utf8')));
    return new Map(
      Object.entries(parsed).map(([model, { input_per_m: inputPerM, output_per_m: outputPerM }]) => [
        model,
        { inputPerM, outputPerM },
      ]),
    );
  } catch (cause) {
    const what =
      cause instanceof z.ZodError
        ? 'it is not a map of models to { input_per_m, output_per_m }'
        : (cause as NodeJS.ErrnoException).code === 'ENOENT'
          ? 'there is no such file'
          : (cause as Error).message;
    throw new Error(`Prices in ${file}: ${what}.`, { cause });
  }
}

/** Null for a name that is not known: it has no price, which is not the same as costing nothing. */
function catalogPrice(model: string, { config, atMs }: PriceSources): TokenPrice | null {
  let spec: ModelSpec | null;
  try {
    spec = findModel(model, { catalog: createCatalog(), config }).places[0]?.spec ?? null;
  } catch {
    return null;
  }
  const rates = spec === null ? null : (tariffOf(spec, 0, { atMs })?.rates ?? null);
  const [input, output] = rates === null ? [undefined, undefined] : [rateOf(rates, 'input'), rateOf(rates, 'output')];
  return input === undefined || output === undefined ? null : { inputPerM: input / 1e9, outputPerM: output / 1e9 };
}
