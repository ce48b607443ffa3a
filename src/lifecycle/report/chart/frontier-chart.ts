// Cost against pass rate, one point per model with its interval, and the frontier: what the best mixture of models reaches at every cost.
import { showUsd } from '../../../ledger/display.ts';
import { cornersOf } from '../../profile/frontier.ts';
import { percent, percentRange } from '../../profile/verdict.ts';
import { type Markup, markup } from '../markup.ts';
import { bottomAxis, type Frame, leftAxis } from './axis.ts';
import { placeLabels } from './labels.ts';
import { fitScale, linearScale, type Scale } from './scale.ts';
import { type Chart, fitText, pathThrough, round } from './svg.ts';

export interface FrontierModel {
  name: string;
  /** Nano-dollars per call. */
  cost: number;
  share: number;
  low: number;
  high: number;
  isOnFrontier: boolean;
  isRecommended: boolean;
  isBaseline: boolean;
}

export interface FrontierChartData {
  id: string;
  task: string;
  models: readonly FrontierModel[];
  /** Pass rates to be seen as lines, with their names. */
  levels: readonly { share: number; name: string }[];
}

const WIDTH = 460;
const HEIGHT = 330;
const FRAME: Frame = { left: 46, top: 16, right: WIDTH - 16, bottom: HEIGHT - 46 };
/** Points on the curve that mixtures of two models make on a logarithmic axis. */
const STEPS = 32;
const LONGEST_NAME = 150;

/** There has to be a model at least. */
export function frontierChart({ id, task, models, levels }: FrontierChartData): Chart {
  const scales = {
    x: fitScale(
      models.map(({ cost }) => cost * 1000),
      [FRAME.left, FRAME.right],
    ),
    y: shareScale(models, [FRAME.bottom, FRAME.top]),
  };
  const places = models.map(({ cost, share, low, high }) => ({
    x: round(scales.x.at(cost * 1000)),
    y: round(scales.y.at(share)),
    low: round(scales.y.at(low)),
    high: round(scales.y.at(high)),
  }));
  return {
    id,
    title: `${task}: cost against pass rate`,
    description: describe(models),
    width: WIDTH,
    height: HEIGHT,
    body: markup`${bottomAxis(scales.x, FRAME, (usd) => showUsd(Math.round(usd)))}${leftAxis(scales.y, FRAME, percent)}${levels.map((level) => drawLevel(level, scales.y))}${drawHull(models, scales)}${models.map((model, at) => drawModel(model, places[at] as Place))}${drawNames(models, places)}<text class="muted small" x="${FRAME.right}" y="${HEIGHT - 8}" text-anchor="end">cost per 1,000 calls${scales.x.kind === 'log' ? ', log scale' : ''}</text><text class="muted small" x="4" y="10">pass rate</text>`,
  };
}

/** From the lowest interval to all; never so near that chance looks like a difference. */
function shareScale(models: readonly FrontierModel[], range: readonly [number, number]): Scale {
  const lowest = Math.min(...models.map(({ low }) => low));
  return linearScale([Math.max(0, Math.min(0.9, Math.floor(lowest * 20) / 20)), 1], range);
}

function drawLevel({ share, name }: { share: number; name: string }, y: Scale): Markup | null {
  if (share <= y.low || share >= y.high) return null;
  const place = round(y.at(share));
  return markup`<path class="level" d="M${FRAME.left} ${place}H${FRAME.right}"/><text class="muted small" x="${FRAME.right}" y="${place + 12}" text-anchor="end">${name}</text>`;
}

function drawHull(models: readonly FrontierModel[], { x, y }: { x: Scale; y: Scale }): Markup {
  const corners = cornersOf(models);
  const curve = corners.flatMap((corner, at) => {
    const next = corners[at + 1];
    if (next === undefined) return [corner];
    return Array.from({ length: STEPS }, (_, step) => ({
      cost: corner.cost + ((next.cost - corner.cost) * step) / STEPS,
      share: corner.share + ((next.share - corner.share) * step) / STEPS,
    }));
  });
  const places = curve.map(({ cost, share }) => ({ x: x.at(cost * 1000), y: y.at(share) }));
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) return markup``;
  const line = pathThrough(places);
  return markup`<path class="under" d="${line}H${FRAME.right}V${FRAME.bottom}H${round(first.x)}Z"/><path class="gainless" d="M${round(last.x)} ${round(last.y)}H${FRAME.right}"/><path class="hull" d="${line}"/>`;
}

interface Place {
  x: number;
  y: number;
  low: number;
  high: number;
}

function drawModel(model: FrontierModel, { x, y, low, high }: Place): Markup {
  const { isOnFrontier, isRecommended } = model;
  return markup`<g><title>${describeOne(model)}</title><path class="whisker" d="M${x} ${low}V${high}M${x - 4} ${low}h8M${x - 4} ${high}h8"/>${isRecommended && markup`<circle class="ring" cx="${x}" cy="${y}" r="9"/>`}<circle class="${isOnFrontier ? 'point' : 'off'}" cx="${x}" cy="${y}" r="5.5"/></g>`;
}

function drawNames(models: readonly FrontierModel[], places: readonly Place[]): Markup[] {
  const texts = models.map(({ name, isBaseline }) => fitText(name, LONGEST_NAME) + (isBaseline ? ' (baseline)' : ''));
  const whiskers = places.map(({ x, low, high }) => ({ left: x - 4, right: x + 4, top: high, bottom: low }));
  const labels = placeLabels(
    places.map(({ x, y }, at) => ({ x, y, text: texts[at] as string })),
    { ...FRAME, left: FRAME.left + 2 },
    whiskers,
  );
  return labels.map(({ x, y }, at) => {
    const isStrong = models[at]?.isRecommended === true;
    const text = texts[at] as string;
    return markup`<text class="${isStrong ? 'strong' : 'name'}" x="${round(x)}" y="${round(y)}">${text}</text>`;
  });
}

function describe(models: readonly FrontierModel[]): string {
  return `${models.map(describeOne).join('; ')}.`;
}

function describeOne({ name, cost, isOnFrontier, ...rate }: FrontierModel): string {
  const place = isOnFrontier ? 'on the frontier' : 'off the frontier';
  return `${name}: ${percent(rate.share)} pass (${percentRange(rate)}) for ${showUsd(Math.round(cost * 1000))} per 1,000 calls, ${place}`;
}
