// What the lines and marks of a chart stand for, in rows below it.
import { fitText, round, textWidth } from '../../../lifecycle/report/chart/svg.ts';
import { type Markup, markup } from '../../../lifecycle/report/markup.ts';
import type { LineClass } from './line-style.ts';

export interface Entry {
  name: string;
  /** A line by its class, or a mark by the class of its circle. */
  line?: LineClass;
  mark?: string;
}

const ROW = 17;
const SAMPLE = 24;
const GAP = 16;

/** From `top` down, as wide as `width`. */
export function legend(
  entries: readonly Entry[],
  { top, width }: { top: number; width: number },
): { body: Markup; height: number } {
  let [x, row] = [0, 0];
  const drawn = entries.map(({ name, line, mark }) => {
    const text = fitText(name, width - SAMPLE - 6, 11);
    const wide = SAMPLE + 6 + textWidth(text, 11);
    if (x > 0 && x + wide > width) [x, row] = [0, row + 1];
    const [left, middle] = [x, top + row * ROW + ROW / 2];
    x += wide + GAP;
    return markup`<g>${line !== undefined && markup`<path class="line ${line}" d="M${round(left)} ${middle}h${SAMPLE}"/>`}${mark !== undefined && markup`<circle class="${mark}" cx="${round(left + SAMPLE / 2)}" cy="${middle}" r="4"/>`}<text class="small" x="${round(left + SAMPLE + 6)}" y="${middle + 4}">${text}</text></g>`;
  });
  return { body: markup`${drawn}`, height: (row + 1) * ROW };
}
