// Cost against pass rate, one point per model with its interval, and the frontier: what the best mixture of models reaches at every cost.
import { showUsd } from '../../../ledger/display.ts';
import { cornersOf, type FrontierPoint } from '../../profile/frontier.ts';
import { percent, percentRange } from '../../profile/verdict.ts';
import { type Markup, markup } from '../markup.ts';
import { bottomAxis, type Frame, leftAxis, showDollars } from './axis.ts';
import { type Box, placeLabels } from './labels.ts';
import { fitScale, linearScale, type Scale } from './scale.ts';
import { type Chart, fitNames, pathThrough, round } from './svg.ts';

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

const WIDTH = 400;
const HEIGHT = 300;
const FRAME: Frame = { left: 46, top: 36, right: WIDTH - 14, bottom: HEIGHT - 46 };
/** Points on the curve that mixtures of two models make on a logarithmic axis. */
const STEPS = 32;
const LONGEST_NAME = 130;

/** There has to be a model at least. */
export function frontierChart({ id, task, models, levels }: FrontierChartData): Chart {
  const costs = models.map(({ cost }) => cost * 1000);
  // Where everything is free there is no scale to be told by the costs: a dollar is one.
  const x = fitScale(costs.some((cost) => cost > 0) ? costs : [0, 1e9], [FRAME.left, FRAME.right]);
  const y = shareScale(models);
  const curve = curveThrough(cornersOf(models)).map(({ cost, share }) => ({ x: x.at(cost * 1000), y: y.at(share) }));
  const places = models.map(({ cost, share, low, high }) => ({
    x: round(x.at(cost * 1000)),
    y: round(y.at(share)),
    low: round(y.at(low)),
    high: round(y.at(high)),
  }));
  const lines = levels.flatMap(({ share, name }) =>
    share > y.low && share < y.high ? [{ name, y: round(y.at(share)) }] : [],
  );
  const axes = markup`${bottomAxis(x, FRAME, showDollars)}${leftAxis(y, FRAME, percent)}<text class="muted small" x="0" y="14">pass rate</text><text class="muted small" x="${FRAME.right}" y="${HEIGHT - 8}" text-anchor="end">cost of 1,000 calls${x.kind === 'log' && ', log scale'}</text>`;
  return {
    id,
    title: `${task}: cost against pass rate`,
    description: `${models.map(describe).join('; ')}.`,
    width: WIDTH,
    height: HEIGHT,
    body: markup`${axes}${lines.map(drawLevel)}${drawCurve(curve)}${models.map((model, at) => drawModel(model, places[at] as Place))}${drawNames(models, places, [...curve.map(toBox), gainlessBox(curve), ...lines.map(toLevelBox)])}`,
  };
}

/** From the lowest interval to all; never so near that chance looks like a difference. */
function shareScale(models: readonly FrontierModel[]): Scale {
  const lowest = Math.min(...models.map(({ low }) => low));
  return linearScale([Math.max(0, Math.min(0.9, Math.floor(lowest * 20) / 20)), 1], [FRAME.bottom, FRAME.top]);
}

/** What mixtures of neighbouring corners cost and reach; a straight line that a logarithmic axis bends. */
function curveThrough(corners: readonly FrontierPoint[]): FrontierPoint[] {
  return corners.flatMap((corner, at) => {
    const next = corners[at + 1];
    if (next === undefined) return [corner];
    return Array.from({ length: STEPS }, (_, step) => ({
      cost: corner.cost + ((next.cost - corner.cost) * step) / STEPS,
      share: corner.share + ((next.share - corner.share) * step) / STEPS,
    }));
  });
}

interface Spot {
  x: number;
  y: number;
}

interface Place extends Spot {
  low: number;
  high: number;
}

const LEVEL_TEXT = 100;

function drawLevel({ name, y }: { name: string; y: number }): Markup {
  return markup`<path class="level" d="M${FRAME.left} ${y}H${FRAME.right}"/><text class="muted small name" x="${FRAME.left + 4}" y="${y + 12}">${name}</text>`;
}

function toLevelBox({ y }: { y: number }): Box {
  return { left: FRAME.left, right: FRAME.left + LEVEL_TEXT, top: y - 1, bottom: y + 14 };
}

function toBox({ x, y }: Spot): Box {
  return { left: x - 4, right: x + 4, top: y - 3, bottom: y + 3 };
}

function gainlessBox(curve: readonly Spot[]): Box {
  const { x, y } = curve.at(-1) ?? { x: FRAME.right, y: FRAME.top };
  return { left: x, right: FRAME.right, top: y - 3, bottom: y + 3 };
}

/** The curve, what lies under it, and to its right where more money gains nothing. */
function drawCurve(curve: readonly Spot[]): Markup | null {
  const [first, last] = [curve[0], curve.at(-1)];
  if (first === undefined || last === undefined) return null;
  const line = pathThrough(curve);
  return markup`<path class="under" d="${line}H${FRAME.right}V${FRAME.bottom}H${round(first.x)}Z"/><path class="gainless" d="M${round(last.x)} ${round(last.y)}H${FRAME.right}"/><path class="hull" d="${line}"/>`;
}

function drawModel(model: FrontierModel, { x, y, low, high }: Place): Markup {
  const { isOnFrontier, isRecommended } = model;
  return markup`<g><title>${describe(model)}</title><path class="whisker" d="M${x} ${low}V${high}M${x - 4} ${low}h8M${x - 4} ${high}h8"/>${isRecommended && markup`<circle class="ring" cx="${x}" cy="${y}" r="9"/>`}<circle class="${isOnFrontier ? 'point' : 'off'}" cx="${x}" cy="${y}" r="5.5"/></g>`;
}

/** Names keep off points, intervals and lines, and may stand above the frame. */
function drawNames(models: readonly FrontierModel[], places: readonly Place[], taken: readonly Box[]): Markup[] {
  const names = fitNames(
    models.map(({ name }) => name),
    LONGEST_NAME,
  );
  const texts = models.map(({ isBaseline }, at) => `${names[at]}${isBaseline ? ' (baseline)' : ''}`);
  const whiskers = places.map(({ x, low, high }) => ({ left: x - 5, right: x + 5, top: high - 2, bottom: low + 2 }));
  const points = places.map(({ x, y }, at) => ({ x, y, text: texts[at] as string }));
  const room = { left: FRAME.left + 3, top: 4, right: WIDTH, bottom: FRAME.bottom };
  return placeLabels(points, room, [...taken, ...whiskers]).map(
    ({ x, y }, at) =>
      markup`<text class="name${models[at]?.isRecommended === true && ' strong'}" x="${round(x)}" y="${round(y)}">${texts[at] as string}</text>`,
  );
}

function describe({ name, cost, isOnFrontier, ...rate }: FrontierModel): string {
  const place = isOnFrontier ? 'on the frontier' : 'off the frontier';
  return `${name}: ${percent(rate.share)} pass (${percentRange(rate)}) for ${showUsd(Math.round(cost * 1000))} per 1,000 calls, ${place}`;
}
