// What estimates are off by, learned from the usage that providers report: one smoothed ratio per model. In memory only.

export interface TokenRatios {
  /** A count we estimated and what the provider then reported for the same text. */
  observe: (model: string, estimated: number, measured: number) => void;
  /** Measured over estimated, 0.5 to 2; 1 until something was observed. */
  ratioOf: (model: string) => number;
}

/** Share of a new observation in the ratio, once there have been enough of them. */
const SHARE = 0.05;
/** Below this the tokens that wrap every message outweigh the text. */
const MIN_TOKENS = 64;
const MIN_RATIO = 0.5;
const MAX_RATIO = 2;
const MAX_MODELS = 1000;

export function createTokenRatios(): TokenRatios {
  const learned = new Map<string, { ratio: number; count: number }>();
  return {
    observe: (model, estimated, measured) => {
      if (!(estimated >= MIN_TOKENS && measured >= MIN_TOKENS && Number.isFinite(estimated + measured))) return;
      let entry = learned.get(model);
      if (entry === undefined) {
        if (learned.size >= MAX_MODELS) return;
        entry = { ratio: 1, count: 0 };
        learned.set(model, entry);
      }
      entry.count++;
      // The plain mean first, the moving one later.
      const share = Math.max(SHARE, 1 / (entry.count + 1));
      entry.ratio += share * (bounded(measured / estimated) - entry.ratio);
    },
    ratioOf: (model) => learned.get(model)?.ratio ?? 1,
  };
}

function bounded(ratio: number): number {
  return Math.min(MAX_RATIO, Math.max(MIN_RATIO, ratio));
}
