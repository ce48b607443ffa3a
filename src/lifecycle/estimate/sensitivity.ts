// What an estimate hangs on: the same comparison with one assumption changed at a time, and where that changes the winner.
import { Fraction, greatest, least } from '../../stats/fraction.ts';
import {
  type Choice,
  type Comparison,
  cheapestWay,
  compareWays,
  type Predictor,
  type Side,
  WAYS,
  type Way,
  type WayCosts,
} from './comparison.ts';
import type { Tokens } from './price.ts';

export interface Scenario {
  /** What is different, for people. */
  say: string;
  change: (comparison: Comparison) => Comparison;
}

export interface Outcome {
  say: string;
  costs: WayCosts;
  cheapest: Way | null;
  /** Whether another way is cheapest than without the change. */
  isOther: boolean;
}

const HALF = Fraction.of(0.5);
const TEN_POINTS = Fraction.of(0.1);

/** Changes every model of a comparison, wherever it stands. */
const ofSides =
  (change: (side: Side, isStrong: boolean) => Partial<Side>) =>
  (comparison: Comparison): Comparison => {
    const { strong, ladder, predictor } = comparison;
    const apply = <One extends Side>(side: One): One => ({
      ...side,
      ...change(side, side.model.name === strong.model.name),
    });
    return {
      ...comparison,
      strong: apply(strong),
      ladder: ladder?.map(apply) ?? null,
      predictor: predictor && {
        ...predictor,
        choices: ofChoices(predictor, apply),
        last: apply(predictor.last),
      },
    };
  };

const ofTokens = (change: (tokens: Tokens) => Tokens) => ofSides(({ tokens }) => ({ tokens: change(tokens) }));

/** How much of the input is read from the cache; nothing is written to it then. */
const cachedShare = (share: Fraction) =>
  ofTokens((tokens) => ({ ...tokens, cached: tokens.input.times(share), written: Fraction.ZERO }));

const longerBy = (factor: Fraction) => ofTokens((tokens) => ({ ...tokens, output: tokens.output.times(factor) }));

const batched = (comparison: Comparison): Comparison => ({
  ...comparison,
  time: { ...comparison.time, isBatch: true },
});

/** Pass rates and the share that a predictor keeps move alike: it follows them, or errs as far. */
const passing =
  (points: Fraction) =>
  (comparison: Comparison): Comparison => ({
    ...comparison,
    ladder: comparison.ladder?.map((rung) => ({ ...rung, passRate: moved(rung.passRate, points) })) ?? null,
    predictor: comparison.predictor && {
      ...comparison.predictor,
      choices: ofChoices(comparison.predictor, (choice) => ({ ...choice, share: moved(choice.share, points) })),
    },
  });

const cheaper = (which: 'cheap' | 'strong') =>
  ofSides(({ factor }, isStrong) => ((which === 'strong') === isStrong ? { factor: factor.times(HALF) } : {}));

/** The scenarios for a comparison whose calls read `cached` of their input from the cache and are, or are not, in batches. */
export function scenariosFor({ strong, ladder, time }: Comparison): Scenario[] {
  const moving = ladder === null ? 'share' : 'pass rate';
  const isCached = !strong.tokens.cached.isZero;
  const cache: Scenario = isCached
    ? { say: 'nothing from the cache', change: cachedShare(Fraction.ZERO) }
    : { say: 'half of the input from the cache', change: cachedShare(HALF) };
  const both: Scenario = isCached
    ? { say: 'the same cache, in batches', change: batched }
    : { say: 'half of the input from the cache, in batches', change: (one) => batched(cachedShare(HALF)(one)) };
  return [
    { say: 'answers half as long', change: longerBy(HALF) },
    { say: 'answers twice as long', change: longerBy(Fraction.of(2)) },
    { say: `${moving} 10 points lower`, change: passing(Fraction.ZERO.minus(TEN_POINTS)) },
    { say: `${moving} 10 points higher`, change: passing(TEN_POINTS) },
    { say: 'cheap model at half its price', change: cheaper('cheap') },
    { say: 'strong model at half its price', change: cheaper('strong') },
    ...(time.isBatch ? [] : [{ say: 'in batches', change: batched }]),
    cache,
    ...(time.isBatch ? [] : [both]),
  ];
}

/** Every scenario over one comparison, or over several whose costs are added up. */
export function sensitivityOf(comparisons: readonly Comparison[]): Outcome[] {
  const [first] = comparisons;
  if (first === undefined) return [];
  const usual = addedUp(comparisons);
  const winner = cheapestWay(usual);
  return scenariosFor(first).map(({ say, change }) => {
    const costs = addedUp(comparisons.map(change));
    // Of two ways the one whose price is still known has not won.
    const isPriced = WAYS.every((way) => usual[way] === null || costs[way] !== null);
    const cheapest = isPriced ? cheapestWay(costs) : null;
    return { say, costs, cheapest, isOther: cheapest !== null && cheapest !== winner };
  });
}

/** Sums of the ways over comparisons; a sum of something unknown is unknown. */
export function addedUp(comparisons: readonly Comparison[]): WayCosts {
  const all = comparisons.map(compareWays);
  const add = (way: Way): Fraction | null =>
    all.reduce<Fraction | null>(
      (total, costs) => (total === null ? null : (costs[way]?.plus(total) ?? null)),
      Fraction.ZERO,
    );
  return { baseline: add('baseline'), cascade: add('cascade'), predicted: add('predicted') };
}

function ofChoices(
  { choices: [first, ...others] }: Predictor,
  change: (choice: Choice) => Choice,
): Predictor['choices'] {
  return [change(first), ...others.map(change)];
}

function moved(share: Fraction | null, points: Fraction): Fraction | null {
  return share === null ? null : greatest(Fraction.ZERO, least(Fraction.ONE, share.plus(points)));
}
