// What answers cost, where rows say how many tokens they had, or what was paid. What nobody knows is no number; it is never 0.
import type { Outcome, Row } from '../rows/row.ts';

/** Dollars per million tokens. */
export interface TokenPrice {
  inputPerM: number;
  outputPerM: number;
}

export type TokenPrices = ReadonlyMap<string, TokenPrice>;

/** As vendors reckon for English: four characters are a token. */
const CHARACTERS_PER_TOKEN = 4;

/** What each model's answers have in common: tokens of output where a row does not say. */
export interface UsualCost {
  price: TokenPrice | null;
  /** Null when no row says. */
  outputTokens: number | null;
}

export function usualCosts(rows: readonly Row[], models: readonly string[], prices: TokenPrices): UsualCost[] {
  return models.map((model) => {
    let sum = 0;
    let count = 0;
    for (const { outcomes } of rows) {
      const tokens = outcomes.get(model)?.outputTokens ?? null;
      if (tokens === null) continue;
      sum += tokens;
      count++;
    }
    return { price: prices.get(model) ?? null, outputTokens: count === 0 ? null : sum / count };
  });
}

/**
 * What an answer cost, in dollars: as measured, else by its tokens, else by as many as the model's answers usually have. An answer of a
 * few words has one token in data that says nothing of lengths, which `withoutLengths` tells. NaN where there is no price.
 */
export function costOf(row: Row, outcome: Outcome | undefined, { price, outputTokens }: UsualCost): number {
  if (outcome?.costUsd != null) return outcome.costUsd;
  if (price === null) return Number.NaN;
  const input = outcome?.inputTokens ?? row.facts.characters / CHARACTERS_PER_TOKEN;
  const output = outcome?.outputTokens ?? outputTokens ?? 1;
  return (input * price.inputPerM + output * price.outputPerM) / 1e6;
}

/** The models of whose answers no row says what they cost or how long they are. */
export function withoutLengths(rows: readonly Row[], models: readonly string[]): string[] {
  return models.filter((model) =>
    rows.every(({ outcomes }) => {
      const outcome = outcomes.get(model);
      return outcome === undefined || (outcome.costUsd === null && outcome.outputTokens === null);
    }),
  );
}

export function sayWithoutLengths(models: readonly string[]): string {
  return `No row says how long the answers of ${models.join(', ')} are: they are reckoned with one token each, so what is saved is a guess.`;
}
