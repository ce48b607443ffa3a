// Pass rates with their intervals against the thresholds of the task: in which band a model stands, and whether it is sure to.
import { percent, percentRange } from '../../profile/verdict.ts';
import { type Markup, markup } from '../markup.ts';
import { bottomAxis, type Frame } from './axis.ts';
import { linearScale, type Scale } from './scale.ts';
import { type Chart, fitText, round, textWidth } from './svg.ts';

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

const WIDTH = 460;
const TOP = 24;
const ROW = 28;
const NAMES = 112;
const VALUES = 128;

export function intervalChart({ id, task, models, gatedFrom, defaultFrom }: IntervalChartData): Chart {
  const bottom = TOP + models.length * ROW + 6;
  const frame: Frame = { left: NAMES, top: TOP, right: WIDTH - VALUES, bottom };
  const lowest = Math.min(gatedFrom - 0.1, ...models.flatMap(({ share, low }) => (share === null ? [] : [low])));
  const scale = linearScale([Math.max(0, Math.floor(lowest * 20) / 20), 1], [frame.left, frame.right], 4);
  const bands = [
    { name: 'next', from: 0, to: gatedFrom },
    { name: 'gated', from: gatedFrom, to: defaultFrom },
    { name: 'default', from: defaultFrom, to: 1 },
  ];
  return {
    id,
    title: `${task}: pass rates against thresholds`,
    description: `${models.map(describeOne).join('; ')}. Gated from ${percent(gatedFrom)}, default from ${percent(defaultFrom)}.`,
    width: WIDTH,
    height: bottom + 24,
    body: markup`${bands.map((band) => drawBand(band, scale, frame))}${bottomAxis(scale, frame, percent)}${models.map((model, at) => drawRow(model, TOP + at * ROW + ROW / 2 + 3, { scale, frame }))}`,
  };
}

function drawBand({ name, from, to }: { name: string; from: number; to: number }, scale: Scale, frame: Frame): Markup {
  const left = scale.at(Math.max(from, scale.low));
  const width = scale.at(to) - left;
  if (width <= 0) return markup``;
  const isNamed = width > textWidth(name, 11) + 4;
  return markup`<rect class="${name === 'default' ? 'good' : name}" x="${round(left)}" y="${frame.top}" width="${round(width)}" height="${frame.bottom - frame.top}"/>${isNamed && markup`<text class="muted small" x="${round(left + width / 2)}" y="${frame.top - 8}" text-anchor="middle">${name}</text>`}`;
}

function drawRow(model: RatedModel, y: number, { scale, frame }: { scale: Scale; frame: Frame }): Markup {
  const { name, share, low, high } = model;
  const label = markup`<text x="0" y="${y + 4}">${fitText(name, NAMES - 10)}</text>`;
  if (share === null)
    return markup`${label}<text class="muted small" x="${frame.right + 8}" y="${y + 4}">not judged</text>`;
  const [left, right] = [round(scale.at(low)), round(scale.at(high))];
  return markup`<g><title>${describeOne(model)}</title>${label}<path class="whisker" d="M${left} ${y}H${right}M${left} ${y - 5}v10M${right} ${y - 5}v10"/><circle class="point" cx="${round(scale.at(share))}" cy="${y}" r="5.5"/><text class="small" x="${frame.right + 8}" y="${y + 4}">${percentRange({ low, high })}</text></g>`;
}

function describeOne({ name, share, low, high }: RatedModel): string {
  return share === null ? `${name}: not judged` : `${name}: ${percent(share)} pass, ${percentRange({ low, high })}`;
}
