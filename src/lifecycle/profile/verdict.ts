// What a measured pass rate means: a verdict where its interval allows one, else how many more samples it would take.
import type { ThresholdsConfig } from '../../config/config.ts';
import { type Interval, trialsToSettle } from '../../stats/proportion.ts';
import type { ModelProfile, PassRate, ProfileVerdict, Recommendation } from './profile.ts';

export interface RateVerdict {
  verdict: ProfileVerdict;
  moreSamples: number | null;
  say: string;
}

/** `judged`: answers behind the rate; with weights they are more than its trials. */
export function judgeRate(rate: PassRate, judged: number, thresholds: ThresholdsConfig): RateVerdict {
  const { share, low, high, trials } = rate;
  if (share === null) return { verdict: 'undecided', moreSamples: null, say: 'nothing has been judged yet' };
  const found = `${percent(share)} of ${judged} pass, ${percentRange({ low, high })}`;
  for (const band of bandsOf(thresholds)) {
    const isBelow = band.high === 1 ? high <= 1 : high < band.high;
    if (low >= band.low && isBelow) return { verdict: band.verdict, moreSamples: null, say: `${found}: ${band.say}` };
  }
  const band = bandsOf(thresholds).find((one) => share >= one.low) as Band;
  const wanted = trialsToSettle(share, band, { confidence: thresholds.confidence });
  // Where weights differ a sample counts for less than one.
  const moreSamples = wanted === null ? null : Math.max(1, Math.ceil((wanted - trials) * (judged / trials)));
  const more =
    moreSamples === null
      ? 'it stands on the edge, and no number of samples that could be told would decide it'
      : `about ${moreSamples} more samples would tell`;
  return { verdict: 'undecided', moreSamples, say: `${found}: too wide for a verdict, ${more}` };
}

/** What a rate that would be enough comes to where a judge that is not trusted has the last word. */
export function doubtful(rate: PassRate, judged: number, thresholds: ThresholdsConfig): RateVerdict {
  const { say } = judgeRate(rate, judged, thresholds);
  return { verdict: 'undecided', moreSamples: null, say: `${say}, if the judge were trusted, and it is not` };
}

/** What a rate comes to where those of the answers that have a verdict were selected by having one. */
export function unfair({ share, low, high }: PassRate, judged: number, answered: number): RateVerdict {
  const found = share === null ? '' : `${percent(share)} of ${judged} pass, ${percentRange({ low, high })}, but `;
  const rest = share === null ? '' : ': those that have one are no fair part';
  return {
    verdict: 'undecided',
    moreSamples: null,
    say: `${found}${answered - judged} of ${answered} have no verdict${rest}`,
  };
}

interface Band extends Interval {
  verdict: ProfileVerdict;
  say: string;
}

/** From the best to the worst. */
function bandsOf({ defaultFrom, gatedFrom }: ThresholdsConfig): Band[] {
  return [
    { verdict: 'default', low: defaultFrom, high: 1, say: `at ${percent(defaultFrom)} or over, it can be the default` },
    {
      verdict: 'gated',
      low: gatedFrom,
      high: defaultFrom,
      say: `from ${percent(gatedFrom)} to ${percent(defaultFrom)}, it needs a gate and a canary`,
    },
    { verdict: 'next', low: 0, high: gatedFrom, say: `under ${percent(gatedFrom)}, the next tier is needed` },
  ];
}

/** What the recommendation is made of, cheapest per call first. */
export type Rated = Pick<ModelProfile, 'model' | 'tier' | 'verdict' | 'moreSamples'> & {
  share: number | null;
  perCallNanoUsd: number | null;
  /** Whether it is undecided only because of a judge that is not trusted. */
  isDoubted?: boolean;
  /** Whether it is undecided because answers without a verdict could change it. */
  isUnfair?: boolean;
};

/** `hasGates`: whether production has gates for the task; without any nothing holds a wrong answer back. */
export function recommend(models: readonly Rated[], hasGates: boolean): Recommendation {
  const priced = models.filter(({ perCallNanoUsd }) => perCallNanoUsd !== null);
  const safe = priced.find(({ verdict }) => verdict === 'default') ?? null;
  const open: Rated[] = [];
  for (const model of priced) {
    if (model.verdict === 'default') return settle(model, open, 'its answers can be taken as they come');
    if (model.verdict === 'undecided') open.push(model);
    if (model.verdict !== 'gated' || !hasGates || !paysBefore(model, safe)) continue;
    const behind = safe === null ? 'there is no stronger model that is known to do' : `${safe.model} takes over`;
    return settle(
      model,
      open,
      `behind the gates of the task and with a canary; where they refuse an answer, ${behind}`,
    );
  }
  return giveUp(models, open, hasGates);
}

/** A gated model costs its own call and the stronger one's for what it does not pass. */
function paysBefore({ perCallNanoUsd, share }: Rated, safe: Rated | null): boolean {
  if (safe === null || safe.perCallNanoUsd === null || perCallNanoUsd === null || share === null) return true;
  return perCallNanoUsd + (1 - share) * safe.perCallNanoUsd < safe.perCallNanoUsd;
}

function settle({ model, tier, verdict }: Rated, open: readonly Rated[], say: string): Recommendation {
  if (open.length === 0) return { model, tier, verdict, openModels: [], say: `${model}: ${say}.` };
  const doubts = open.map((one) => `${one.model} (${sayMore(one)})`).join(', ');
  return {
    model,
    tier,
    verdict: 'undecided',
    openModels: open.map((one) => one.model),
    say: `${model} for now: ${say}. Cheaper and not decided: ${doubts}.`,
  };
}

function giveUp(models: readonly Rated[], open: readonly Rated[], hasGates: boolean): Recommendation {
  const none = { model: null, tier: null, openModels: open.map(({ model }) => model) };
  if (open.length > 0) {
    const doubts = open.map((one) => `${one.model} (${sayMore(one)})`).join(', ');
    return { ...none, verdict: 'undecided', say: `No model is known to do yet. Not decided: ${doubts}.` };
  }
  const gated = models.filter(({ verdict }) => verdict === 'gated').map(({ model }) => model);
  if (gated.length > 0 && !hasGates) {
    const say = `${gated.join(', ')} would do behind gates, and the task has none: give it gates under \`accept\`.`;
    return { ...none, verdict: 'next', say };
  }
  const unseen = models.filter(({ share }) => share === null).map(({ model }) => model);
  if (unseen.length > 0) {
    const isNothing = models.every(({ share, isUnfair }) => share === null && isUnfair !== true);
    const say = isNothing
      ? 'Nothing has been measured yet.'
      : `None of the measured models is good enough, and nothing is known of ${unseen.join(', ')} yet.`;
    return { ...none, verdict: 'undecided', openModels: unseen, say };
  }
  const unpriced = models.filter(({ perCallNanoUsd, verdict }) => perCallNanoUsd === null && verdict !== 'next');
  if (unpriced.length > 0) {
    const names = unpriced.map(({ model }) => model).join(', ');
    return { ...none, verdict: 'undecided', say: `What ${names} costs is not known, so nothing can be recommended.` };
  }
  return {
    ...none,
    verdict: 'next',
    say: 'None of these models is good enough: a stronger one is needed, or another prompt.',
  };
}

function sayMore({ moreSamples, isDoubted, isUnfair }: Rated): string {
  if (isUnfair === true) return 'too many of its answers have no verdict';
  if (isDoubted === true) return 'on the word of a judge that is not trusted';
  return moreSamples === null ? 'on the edge' : `about ${moreSamples} more samples`;
}

/** `97.5 %`; only all is 100 %, and only nothing is 0 %. */
export function percent(share: number): string {
  const tenths = Math.round(share * 1000);
  const within = share > 0 && share < 1 ? Math.min(999, Math.max(1, tenths)) : tenths;
  return `${within / 10} %`;
}

/** `94.9 % to 99.2 %`. Cut off and not rounded: an interval that does not reach a threshold must not be said to. */
export function percentRange({ low, high }: Interval): string {
  return `${cut(low)} % to ${cut(high)} %`;
}

/** The same for a cell of a table: `94.9 - 99.2`. */
export function bareRange({ low, high }: Interval): string {
  return `${cut(low)} - ${cut(high)}`;
}

function cut(share: number): number {
  return Math.floor(share * 1000 + 1e-6) / 10;
}
