// Quality against cost of a request: the places where a policy may stand with what mixtures of them reach, every model alone, the best two
// models, and models mixed at random.
import type { PolicyFigures } from '../../../learn/assess/assess-policy.ts';
import { hullOf, type Point } from '../../../learn/metrics/cost-curve.ts';
import { percent } from '../../../lifecycle/profile/verdict.ts';
import { bottomAxis, type Frame, leftAxis, showDollars } from '../../../lifecycle/report/chart/axis.ts';
import { type Box, placeLabels } from '../../../lifecycle/report/chart/labels.ts';
import { fitScale, linearScale, type Scale } from '../../../lifecycle/report/chart/scale.ts';
import { type Chart, fitNames, pathThrough, round } from '../../../lifecycle/report/chart/svg.ts';
import { type Markup, markup } from '../../../lifecycle/report/markup.ts';
import { percentOf, sayThousand } from '../words.ts';
import { type Entry, legend } from './legend.ts';
import type { LineClass } from './line-style.ts';

const WIDTH = 480;
const PLOT = 340;
const FRAME: Frame = { left: 46, top: 36, right: WIDTH - 14, bottom: PLOT - 46 };
/** Points on the curve that mixtures of two make on a logarithmic axis. */
const STEPS = 32;
const LONGEST_NAME = 150;

export function costChart({ models, levels, bestPair, recommended }: PolicyFigures): Chart {
  const stood = levels.map(({ costUsd, quality }): Point => ({ cost: costUsd, quality }));
  const chosen = { cost: recommended.costUsd.value as number, quality: recommended.quality.value as number };
  const lines: { points: readonly Point[]; line: LineClass; name: string }[] = [
    { points: hullOf(models), line: 'chance', name: 'models mixed at random' },
    ...(bestPair === null
      ? []
      : [{ points: bestPair.hull, line: 'third' as const, name: `best two: ${bestPair.name}` }]),
    { points: hullOf(stood), line: 'policy', name: 'the policy, its places mixed' },
  ];
  const scales = scalesFor([...models, ...stood, chosen]);
  const entries: Entry[] = [
    ...lines.toReversed().map(({ name, line }) => ({ name, line })),
    { name: 'a place to stand', mark: 'level-dot' },
    { name: 'a model alone', mark: 'alone' },
    { name: 'recommended', mark: 'ring' },
  ];
  const { body, height } = legend(entries, { top: PLOT + 4, width: WIDTH });
  const at = placing(scales);
  const ring = at(chosen);
  // Names keep off the lines.
  const taken = lines.flatMap(({ points }) =>
    mixed(points)
      .map(at)
      .map(({ x, y }) => ({ left: x - 6, right: x + 6, top: y - 3, bottom: y + 3 })),
  );
  return {
    id: 'cost',
    title: 'Quality against the cost of a request',
    description: describe({ models, recommended }),
    width: WIDTH,
    height: PLOT + height + 8,
    body: markup`${axes(scales)}${lines.map(({ points, line }) => markup`<path class="line ${line}" d="${pathThrough(mixed(points).map(at))}"/>`)}${stood.map(at).map(({ x, y }) => markup`<circle class="level-dot" cx="${round(x)}" cy="${round(y)}" r="2.5"/>`)}<circle class="ring" cx="${round(ring.x)}" cy="${round(ring.y)}" r="8.5"/>${drawModels(models, { at, taken })}${body}`,
  };
}

interface Scales {
  x: Scale;
  y: Scale;
}

interface Spot {
  x: number;
  y: number;
}

/** Nano-dollars of a thousand requests across, quality up. */
function scalesFor(points: readonly Point[]): Scales {
  const costs = points.map(({ cost }) => thousand(cost));
  const qualities = points.map(({ quality }) => quality);
  const [low, high] = [Math.min(...qualities), Math.max(...qualities)];
  const room = Math.max(0.01, (high - low) * 0.08);
  return {
    x: fitScale(costs.some((cost) => cost > 0) ? costs : [0, 1e9], [FRAME.left, FRAME.right]),
    y: linearScale([Math.max(0, low - room), Math.min(1, high + room)], [FRAME.bottom, FRAME.top]),
  };
}

function placing({ x, y }: Scales): (point: Point) => Spot {
  return ({ cost, quality }) => ({ x: x.at(thousand(cost)), y: y.at(quality) });
}

function thousand(usd: number): number {
  return usd * 1000 * 1e9;
}

function axes({ x, y }: Scales): Markup {
  return markup`${bottomAxis(x, FRAME, showDollars)}${leftAxis(y, FRAME, percent)}<text class="muted small" x="0" y="14">quality</text><text class="muted small" x="${FRAME.right}" y="${PLOT - 10}" text-anchor="end">cost of 1,000 requests${x.kind === 'log' && ', log scale'}</text>`;
}

/** What mixtures of neighbours cost and reach: straight lines, which a logarithmic axis bends. */
function mixed(hull: readonly Point[]): Point[] {
  return hull.flatMap((from, at) => {
    const to = hull[at + 1];
    if (to === undefined) return [from];
    return Array.from({ length: STEPS }, (_, step) => ({
      cost: from.cost + ((to.cost - from.cost) * step) / STEPS,
      quality: from.quality + ((to.quality - from.quality) * step) / STEPS,
    }));
  });
}

function drawModels(
  models: PolicyFigures['models'],
  { at, taken }: { at: (point: Point) => Spot; taken: readonly Box[] },
): Markup[] {
  const names = fitNames(
    models.map(({ model }) => model),
    LONGEST_NAME,
  );
  const spots = models.map((model, index) => ({ ...at(model), text: names[index] as string }));
  const labels = placeLabels(spots, { left: FRAME.left + 3, top: 18, right: WIDTH, bottom: FRAME.bottom }, taken);
  return models.map((model, index) => {
    const { x, y, text } = spots[index] as Spot & { text: string };
    const label = labels[index] as Spot;
    return markup`<g><title>${sayModel(model)}</title><circle class="alone" cx="${round(x)}" cy="${round(y)}" r="5"/><text class="name" x="${round(label.x)}" y="${round(label.y)}">${text}</text></g>`;
  });
}

function sayModel({ model, cost, quality }: PolicyFigures['models'][number]): string {
  return `${model}: ${percentOf(quality)} for ${sayThousand(cost)} a thousand`;
}

function describe({
  models,
  recommended: { quality, costUsd },
}: Pick<PolicyFigures, 'models' | 'recommended'>): string {
  return `Alone: ${models.map(sayModel).join('; ')}. Recommended: ${percentOf(quality.value)} for ${sayThousand(costUsd.value)} a thousand.`;
}
