// How much of the gap between two models is recovered for which share of strong calls, by every way of choosing between them.
import type { PairAssessment } from '../../../learn/assess/assess.ts';
import { bottomAxis, type Frame, leftAxis } from '../../../lifecycle/report/chart/axis.ts';
import { linearScale } from '../../../lifecycle/report/chart/scale.ts';
import { type Chart, pathThrough } from '../../../lifecycle/report/chart/svg.ts';
import { markup } from '../../../lifecycle/report/markup.ts';
import { pairLines, type RouterLine } from '../pair-lines.ts';
import { inLine, sayNumber } from '../words.ts';
import { legend } from './legend.ts';
import type { LineClass } from './line-style.ts';

const WIDTH = 480;
const PLOT = 340;
const FRAME: Frame = { left: 46, top: 36, right: WIDTH - 14, bottom: PLOT - 46 };
/** Beyond this the lines leave the chart: where the gap is small an oracle recovers it many times over. */
const MOST = 1.6;
const LEAST = -0.3;

const CLASSES: Readonly<Record<RouterLine['kind'], LineClass>> = {
  request: 'policy',
  answer: 'second',
  agreement: 'third',
  length: 'plain',
  topic: 'rough',
  random: 'chance',
  oracle: 'best',
};

/** Needs a gap. */
export function gapChart(pair: PairAssessment): Chart {
  const drawn = pairLines(pair)
    .filter(({ figures }) => figures.gap.length > 0)
    .map(({ kind, name, figures }) => ({ kind, name, figures, line: CLASSES[kind] }));
  const reached = drawn.flatMap(({ figures }) => figures.gap.map(({ recovered }) => recovered));
  const [low, high] = [Math.max(LEAST, Math.min(0, ...reached)), Math.min(MOST, Math.max(1, ...reached))];
  const x = linearScale([0, 1], [FRAME.left, FRAME.right]);
  const y = linearScale([low, high * 1.02], [FRAME.bottom, FRAME.top]);
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const paths = drawn.toReversed().map(({ figures, line }) => {
    const places = figures.gap.map(({ share, recovered }) => ({
      x: x.at(share),
      y: y.at(Math.min(high, Math.max(low, recovered))),
    }));
    return markup`<path class="line ${line}" d="${pathThrough(places)}"/>`;
  });
  const { body, height } = legend(
    drawn.map(({ name, line }) => ({ name, line })),
    { top: PLOT + 4, width: WIDTH },
  );
  return {
    id: 'gap',
    title: `Gap recovered against share of calls to ${pair.strong}`,
    description: `Average gap recovered: ${drawn.map(({ name, figures }) => `${name} ${inLine(sayNumber(figures.apgr))}`).join('; ')}.`,
    width: WIDTH,
    height: PLOT + height + 8,
    body: markup`${bottomAxis(x, FRAME, percent)}${leftAxis(y, FRAME, percent)}<text class="muted small" x="0" y="14">gap recovered</text><text class="muted small" x="${FRAME.right}" y="${PLOT - 10}" text-anchor="end">share of strong calls</text>${paths}${body}`,
  };
}
