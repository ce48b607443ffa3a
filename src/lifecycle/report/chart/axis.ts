// Axes: lines at round values with their names.
import { showDuration, showUsd } from '../../../ledger/display.ts';
import { type Markup, markup } from '../markup.ts';
import type { Scale } from './scale.ts';
import { round, textWidth } from './svg.ts';

export interface Frame {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Below the frame. A name that would run into the one before it is left out, its line is not. */
export function bottomAxis(scale: Scale, { top, right, bottom, left }: Frame, show: (value: number) => string): Markup {
  let free = Number.NEGATIVE_INFINITY;
  const ticks = scale.ticks.map((value) => {
    const x = round(scale.at(value));
    const text = show(value);
    const half = textWidth(text, 11) / 2;
    const at = Math.min(Math.max(x, left - 30 + half), right + 14 - half);
    const isNamed = at - half > free;
    if (isNamed) free = at + half + 6;
    return markup`<path class="grid" d="M${x} ${top}V${bottom}"/>${isNamed && markup`<text class="muted small" x="${round(at)}" y="${bottom + 16}" text-anchor="middle">${text}</text>`}`;
  });
  return markup`<g>${ticks}</g>`;
}

/** Left of the frame. */
export function leftAxis(scale: Scale, { left, right }: Frame, show: (value: number) => string): Markup {
  const ticks = scale.ticks.map((value) => {
    const y = round(scale.at(value));
    return markup`<path class="grid" d="M${left} ${y}H${right}"/><text class="muted small" x="${left - 7}" y="${round(y + 4)}" text-anchor="end">${show(value)}</text>`;
  });
  return markup`<g>${ticks}</g>`;
}

/** Nano-dollars at a mark of an axis: `$0.50`, `$2`. */
export function showDollars(amount: number): string {
  return showUsd(Math.round(amount))
    .replace(/\.00$/, '')
    .replace(/\.(\d)$/, '.$10');
}

/** Milliseconds at a mark of an axis: `500 ms`, `2 s`, `1 min`. */
export function showMoment(ms: number): string {
  return ms === 0
    ? '0'
    : showDuration(ms)
        .replace(/(\.\d*?)0+ (m?s)$/, '$1 $2')
        .replace(/\. /, ' ')
        .replace(/ 0 s$/, '');
}
