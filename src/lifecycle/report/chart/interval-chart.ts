// Pass rates with their intervals against the thresholds of the task: in which band a model stands, and whether it is sure to.
import { percent, percentRange } from '../../profile/verdict.ts';
import { type Markup, markup } from '../markup.ts';
import { bottomAxis, type Frame } from './axis.ts';
import { linearScale, type Scale } from './scale.ts';
import { type Chart, fitNames, round, textWidth } from './svg.ts';

export interface RatedModel {
  name: string;
  /** Null: nothing was judged, and the interval says nothing. */
  share: number | null;
  low: number;
  high: number;
}

export interface IntervalChartData {
  id: string;
  task: string;
  models: readonly RatedModel[];
  gatedFrom: number;
  defaultFrom: number;
}

const WIDTH = 400;
const TOP = 24;
const ROW = 28;
const NAMES = 118;
const VALUES = 112;

export function intervalChart({ id, task, models, gatedFrom, defaultFrom }: IntervalChartData): Chart {
  const bottom = TOP + models.length * ROW + 6;
  const frame: Frame = { left: NAMES, top: TOP, right: WIDTH - VALUES, bottom };
  const labels = fitNames(
    models.map(({ name }) => name),
    NAMES - 8,
  );
  const lowest = Math.min(gatedFrom - 0.05, ...models.flatMap(({ share, low }) => (share === null ? [] : [low])));
  const scale = linearScale([Math.max(0, Math.floor(lowest * 20 + 1e-9) / 20), 1], [frame.left, frame.right], 4);
  return {
    id,
    title: `${task}: pass rates against thresholds`,
    description: `${models.map(describeOne).join('; ')}. Gated from ${percent(gatedFrom)}, default from ${percent(defaultFrom)}.`,
    width: WIDTH,
    height: bottom + 24,
    body: markup`${drawBands({ gatedFrom, defaultFrom }, scale, frame)}${bottomAxis(scale, frame, percent)}${models.map((model, at) => drawRow({ ...model, label: labels[at] as string }, TOP + at * ROW + ROW / 2 + 3, { scale, frame }))}`,
  };
}

/** From the right, so that a name that is wider than its band moves the next one aside. */
function drawBands(
  { gatedFrom, defaultFrom }: { gatedFrom: number; defaultFrom: number },
  scale: Scale,
  { top, bottom }: Frame,
): Markup[] {
  let free = WIDTH - VALUES + 36;
  return [
    { name: 'default', look: 'good', from: defaultFrom, to: 1 },
    { name: 'gated', look: 'gated', from: gatedFrom, to: defaultFrom },
    { name: 'next', look: 'next', from: 0, to: gatedFrom },
  ].map(({ name, look, from, to }) => {
    const left = scale.at(Math.max(from, scale.low));
    const width = scale.at(to) - left;
    if (width <= 0) return markup``;
    const half = textWidth(name, 11) / 2;
    const middle = Math.min(left + width / 2, free - half);
    free = middle - half - 6;
    return markup`<rect class="${look}" x="${round(left)}" y="${top}" width="${round(width)}" height="${bottom - top}"/><text class="muted small" x="${round(middle)}" y="${top - 8}" text-anchor="middle">${name}</text>`;
  });
}

function drawRow(
  model: RatedModel & { label: string },
  y: number,
  { scale, frame }: { scale: Scale; frame: Frame },
): Markup {
  const { share, low, high } = model;
  const label = markup`<text x="0" y="${y + 4}">${model.label}</text>`;
  if (share === null)
    return markup`${label}<text class="muted small" x="${frame.right + 8}" y="${y + 4}">not judged</text>`;
  const [left, right] = [round(scale.at(low)), round(scale.at(high))];
  return markup`<g><title>${describeOne(model)}</title>${label}<path class="whisker" d="M${left} ${y}H${right}M${left} ${y - 5}v10M${right} ${y - 5}v10"/><circle class="point" cx="${round(scale.at(share))}" cy="${y}" r="5.5"/><text class="small" x="${frame.right + 8}" y="${y + 4}">${percentRange({ low, high })}</text></g>`;
}

function describeOne({ name, share, low, high }: RatedModel): string {
  return share === null ? `${name}: not judged` : `${name}: ${percent(share)} pass, ${percentRange({ low, high })}`;
}
