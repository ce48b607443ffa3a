// Whether chances can be believed: the chance that was given to answers of a model against the share of them that were right.
import type { ModelFigures } from '../../../learn/assess/assess.ts';
import type { Bin } from '../../../learn/metrics/calibration.ts';
import { bottomAxis, type Frame, leftAxis } from '../../../lifecycle/report/chart/axis.ts';
import { linearScale } from '../../../lifecycle/report/chart/scale.ts';
import { type Chart, pathThrough, round } from '../../../lifecycle/report/chart/svg.ts';
import { type Markup, markup } from '../../../lifecycle/report/markup.ts';
import { three } from '../words.ts';
import { legend } from './legend.ts';
import type { LineClass } from './line-style.ts';

const WIDTH = 300;
const PLOT = 264;
const FRAME: Frame = { left: 46, top: 26, right: WIDTH - 14, bottom: PLOT - 40 };

/** `at`: place of the model in the page. */
export function calibrationChart({ model, before, after }: ModelFigures, at: number): Chart {
  const x = linearScale([0, 1], [FRAME.left, FRAME.right], 4);
  const y = linearScale([0, 1], [FRAME.bottom, FRAME.top], 4);
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const draw = (bins: readonly Bin[], line: LineClass, mark: string): Markup => {
    const places = bins.map(({ chance, outcome }) => ({ x: x.at(chance), y: y.at(outcome) }));
    const dots = bins.map(({ count, chance, outcome }, bin) => {
      const { x: across, y: up } = places[bin] as { x: number; y: number };
      return markup`<circle class="${mark}" cx="${round(across)}" cy="${round(up)}" r="4"><title>${count} answers: ${percent(chance)} expected, ${percent(outcome)} right</title></circle>`;
    });
    return markup`<path class="line ${line}" d="${pathThrough(places)}"/>${dots}`;
  };
  const { body, height } = legend(
    [
      { name: 'from the request', line: 'plain', mark: 'open' },
      ...(after === null ? [] : [{ name: 'after the answer', line: 'policy' as const, mark: 'point' }]),
    ],
    { top: PLOT + 2, width: WIDTH },
  );
  const said = after === null ? '' : `, ${three(after.calibrationError)} after the answer`;
  return {
    id: `calibration-${at}`,
    title: `${model}: chance against outcome`,
    description: `Expected calibration error: ${three(before.calibrationError)} from the request${said}.`,
    width: WIDTH,
    height: PLOT + height + 6,
    body: markup`${bottomAxis(x, FRAME, percent)}${leftAxis(y, FRAME, percent)}<text class="muted small" x="0" y="12">share that was right</text><text class="muted small" x="${FRAME.right}" y="${PLOT - 6}" text-anchor="end">chance that was given</text><path class="line chance" d="M${FRAME.left} ${FRAME.bottom}L${FRAME.right} ${FRAME.top}"/>${draw(before.bins, 'plain', 'open')}${after !== null && draw(after.bins, 'policy', 'point')}${body}`,
  };
}
