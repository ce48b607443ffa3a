// Rows for tests: a request with what models made of it.
import type { Outcome, Row } from './row.ts';

export function outcomeOf(quality: number, more: Partial<Outcome> = {}): Outcome {
  return {
    quality,
    answer: null,
    response: null,
    inputTokens: null,
    outputTokens: null,
    costUsd: null,
    meanLogprob: null,
    ...more,
  };
}

export function rowOf(prompt: string, outcomes: Record<string, number | Outcome>, more: Partial<Row> = {}): Row {
  return {
    id: prompt,
    dataset: null,
    task: null,
    segment: null,
    topic: null,
    prompt,
    facts: { characters: prompt.length, turns: 1, hasTools: false, hasSchema: false, hasImages: false },
    weight: 1,
    outcomes: new Map(
      Object.entries(outcomes).map(([model, told]) => [model, typeof told === 'number' ? outcomeOf(told) : told]),
    ),
    ...more,
  };
}
