// Watches over a learned router on the way of requests: every forecast is timed, and one that is late or breaks too often is not
// asked for a while. It must never let a predictor hold calls up, and it says once per rest that it does.
import { soundForecast } from './policy/predict.ts';
import { NoForecast, type Predictor } from './policy/predictor.ts';

export interface WatchOptions {
  /** What the artifact is called in a warning. */
  file: string;
  /** A forecast that took longer is not followed, ms; 10 when left out. */
  limitMs?: number;
  /** Of a clock that only goes forward, ms. */
  now?: () => number;
  warn: (sentence: string) => void;
}

const LIMIT_MS = 10;
/** So many faults within a minute, and it rests. */
const FAULTS = 5;
const WINDOW_MS = 60_000;
const REST_MS = 30_000;

/** The predictor, of which `forecast` throws NoForecast when it is late or rests, and an error when it throws or makes no sense. */
export function withRest(predictor: Predictor, options: WatchOptions): Predictor {
  const { file, limitMs = LIMIT_MS, now = () => performance.now(), warn } = options;
  let faults: number[] = [];
  let restsUntil = Number.NEGATIVE_INFINITY;

  const blame = (atMs: number, what: string): void => {
    faults = [...faults.filter((fault) => fault > atMs - WINDOW_MS), atMs];
    if (faults.length < FAULTS) return;
    faults = [];
    restsUntil = atMs + REST_MS;
    warn(
      `the predictor ${file} rests for ${REST_MS / 1000} s, and its routes are static meanwhile: ${FAULTS} forecasts within a minute were late or broken, the last one ${what}`,
    );
  };

  return {
    id: predictor.id,
    models: predictor.models,
    reference: predictor.reference,
    isCascade: predictor.isCascade,
    encoder: predictor.encoder,
    forecast(question) {
      const startMs = now();
      if (startMs < restsUntil) throw new NoForecast('resting', `after ${FAULTS} that were late or broken`);
      let forecast: ReturnType<Predictor['forecast']>;
      try {
        forecast = predictor.forecast(question);
        soundForecast(forecast, question.options);
      } catch (error) {
        blame(now(), `broken (${error instanceof Error ? error.message : String(error)})`);
        throw error;
      }
      const endMs = now();
      const tookMs = endMs - startMs;
      if (tookMs <= limitMs) return forecast;
      const say = `${tookMs.toFixed(1)} ms, at most ${limitMs} ms are allowed`;
      blame(endMs, `late (${say})`);
      throw new NoForecast('late', say);
    },
  };
}
