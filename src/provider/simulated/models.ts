// The three simulated models: what they cost, what they hold, how fast they are and how much they can do.
// Prices and speeds are modelled on the ladders that providers sell; nothing here may depend on a request.

/** The kinds of problems the simulated models can solve; also the task names of the demo. */
export const TASK_KINDS = ['ticket-label', 'invoice-extract', 'arithmetic', 'code-question', 'summary'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

export type SimulatedModelName = 'sim-small' | 'sim-mid' | 'sim-frontier';

/** US dollars per million tokens, by class of token. */
export interface SimulatedPrices {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
}

export interface SimulatedModel {
  name: SimulatedModelName;
  tier: 'small' | 'mid' | 'frontier';
  usdPerMillion: SimulatedPrices;
  /** Tokens of prompt and answer together. */
  contextWindow: number;
  maxOutputTokens: number;
  /** Median time to the first token. */
  firstTokenMs: number;
  /** Median speed after the first token. */
  tokensPerSecond: number;
  /** The difficulty at which this model is right half of the time, per kind of problem. */
  skill: Readonly<Record<TaskKind, number>>;
}

/** A price list in which cache reads cost a tenth of input, and writes 1.25 times (5 minutes) or twice (1 hour). */
function prices(input: number, output: number): SimulatedPrices {
  return { input, output, cacheRead: input / 10, cacheWrite5m: input * 1.25, cacheWrite1h: input * 2 };
}

/** The models in ladder order, cheapest first. */
export const SIMULATED_MODELS: readonly SimulatedModel[] = [
  {
    name: 'sim-small',
    tier: 'small',
    usdPerMillion: prices(0.25, 1.25),
    contextWindow: 64_000,
    maxOutputTokens: 8_192,
    firstTokenMs: 150,
    tokensPerSecond: 180,
    skill: {
      'ticket-label': 1.15,
      summary: 1.1,
      'invoice-extract': 1.05,
      arithmetic: 0.45,
      'code-question': 0.3,
    },
  },
  {
    name: 'sim-mid',
    tier: 'mid',
    usdPerMillion: prices(3, 15),
    contextWindow: 200_000,
    maxOutputTokens: 32_768,
    firstTokenMs: 350,
    tokensPerSecond: 90,
    skill: {
      'ticket-label': 1.3,
      summary: 1.3,
      'invoice-extract': 1.25,
      arithmetic: 1.1,
      'code-question': 0.7,
    },
  },
  {
    name: 'sim-frontier',
    tier: 'frontier',
    usdPerMillion: prices(5, 25),
    contextWindow: 400_000,
    maxOutputTokens: 65_536,
    firstTokenMs: 700,
    tokensPerSecond: 50,
    skill: {
      'ticket-label': 1.45,
      summary: 1.45,
      'invoice-extract': 1.4,
      arithmetic: 1.35,
      'code-question': 1.2,
    },
  },
];

/** The model of that name, or undefined. */
export function findSimulatedModel(name: string): SimulatedModel | undefined {
  return SIMULATED_MODELS.find((model) => model.name === name);
}
