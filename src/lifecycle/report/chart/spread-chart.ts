// Distributions side by side, one row per model: the median, the 90th, 95th and 99th percentile and the largest value on one axis, and a
// limit to hold them against where there is one.
import type { Distribution } from '../../../stats/quantile.ts';
import { type Markup, markup } from '../markup.ts';
import { bottomAxis, type Frame } from './axis.ts';
import { fitScale, type Scale } from './scale.ts';
import { type Chart, fitNames, round, textWidth } from './svg.ts';

export interface SpreadChartData {
  id: string;
  title: string;
  /** Null: nothing is known of this model. */
  rows: readonly { name: string; values: Distribution | null }[];
  limit: { value: number; name: string } | null;
  show: (value: number) => string;
  /** At the marks of the axis. */
  showMark: (value: number) => string;
}

const WIDTH = 400;
const TOP = 30;
const ROW = 28;
const NAMES = 118;
const VALUES = 80;

export function spreadChart({ id, title, rows, limit, show, showMark }: SpreadChartData): Chart {
  const labels = fitNames(
    rows.map(({ name }) => name),
    NAMES - 8,
  );
  const bottom = TOP + rows.length * ROW + 6;
  const frame: Frame = { left: NAMES, top: TOP, right: WIDTH - VALUES, bottom };
  const ends = rows.flatMap(({ values }) => (values === null ? [] : [values.p50, values.max]));
  const scale = fitScale(limit === null ? ends : [...ends, limit.value], [frame.left, frame.right], 4);
  const said = rows.map(({ name, values }) => `${name}: ${describe(values, show)}`).join('; ');
  return {
    id,
    title,
    description: `${said}.${limit === null ? '' : ` ${limit.name}: ${show(limit.value)}.`}`,
    width: WIDTH,
    height: bottom + 24,
    body: markup`${drawLegend()}<text class="muted small" x="${frame.right + 8}" y="12">p95</text>${bottomAxis(scale, frame, showMark)}${limit !== null && drawLimit(limit, scale, frame)}${rows.map((row, at) => drawRow({ ...row, label: labels[at] as string }, TOP + at * ROW + ROW / 2 + 3, { scale, frame, show, limit: limit?.value ?? null }))}`,
  };
}

function describe(values: Distribution | null, show: (value: number) => string): string {
  if (values === null) return 'not known';
  const { p50, p90, p95, p99, max } = values;
  return `median ${show(p50)}, p90 ${show(p90)}, p95 ${show(p95)}, p99 ${show(p99)}, at most ${show(max)}`;
}

type Mark = 'p50' | 'p90' | 'p95' | 'p99' | 'max';
const MARKS: readonly Mark[] = ['p50', 'p90', 'p95', 'p99', 'max'];

/** Told apart by shape. The median last: where all are the same it is what is to be seen. */
function drawMark(mark: Mark, x: number, y: number): Markup {
  if (mark === 'p50') return markup`<circle class="p50" cx="${x}" cy="${y}" r="5"/>`;
  if (mark === 'p95')
    return markup`<path class="p95" d="M${round(x - 6)} ${y}L${x} ${y - 6}L${round(x + 6)} ${y}L${x} ${y + 6}Z"/>`;
  if (mark === 'max') return markup`<circle class="max" cx="${x}" cy="${y}" r="3.5"/>`;
  return markup`<path class="whisker" d="M${x} ${mark === 'p90' ? y - 4 : y - 7}V${mark === 'p90' ? y + 4 : y + 7}"/>`;
}

function drawLegend(): Markup {
  let x = 6;
  const items = MARKS.map((mark) => {
    const name = mark === 'p50' ? 'median' : mark;
    const item = markup`${drawMark(mark, x, 8)}<text class="muted small" x="${x + 10}" y="12">${name}</text>`;
    x = Math.round(x + 30 + textWidth(name, 11));
    return item;
  });
  return markup`<g>${items}</g>`;
}

function drawLimit({ value, name }: { value: number; name: string }, scale: Scale, { top, bottom }: Frame): Markup {
  const x = round(scale.at(value));
  return markup`<g><title>${name}</title><path class="budget" d="M${x} ${top - 6}V${bottom}"/></g>`;
}

interface Setting {
  scale: Scale;
  frame: Frame;
  show: (value: number) => string;
  limit: number | null;
}

function drawRow(
  { name, label: short, values }: { name: string; label: string; values: Distribution | null },
  y: number,
  { scale, frame, show, limit }: Setting,
): Markup {
  const label = markup`<text x="0" y="${y + 4}">${short}</text>`;
  if (values === null)
    return markup`${label}<text class="muted small" x="${frame.right + 8}" y="${y + 4}">not known</text>`;
  const at = (mark: Mark): number => round(scale.at(values[mark]));
  const isOver = limit !== null && values.p95 > limit;
  return markup`<g><title>${name}: ${describe(values, show)}</title>${label}<path class="whisker" d="M${at('p50')} ${y}H${at('max')}"/>${MARKS.toReversed().map((mark) => drawMark(mark, at(mark), y))}<text class="${isOver ? 'over strong small' : 'small'}" x="${frame.right + 8}" y="${y + 4}">${show(values.p95)}${isOver && ' over'}</text></g>`;
}
