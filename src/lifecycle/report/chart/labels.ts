// Where names go beside their points, so that none hides another or a point. Greedy: each takes the first place that is free.
import { textWidth } from './svg.ts';

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Labelled {
  x: number;
  y: number;
  text: string;
}

export interface Label {
  /** Of the text's beginning, on its baseline. */
  x: number;
  y: number;
  box: Box;
}

const SIZE = 12;
const HEIGHT = 14;
const GAP = 12;

/** One for each point, in their order; where no place is free, the one that hides the least. The longest name chooses first. */
export function placeLabels(points: readonly Labelled[], frame: Box, taken: readonly Box[] = []): Label[] {
  const hidden = [...taken, ...points.map(({ x, y }) => ({ left: x - 8, right: x + 8, top: y - 8, bottom: y + 8 }))];
  const labels = Array.from<Label>({ length: points.length });
  const order = [...points.entries()].toSorted(([, one], [, other]) => textWidth(other.text) - textWidth(one.text));
  for (const [at, point] of order) {
    const boxes = boxesAround(point).map((box) => moveInto(box, frame));
    const costs = boxes.map((box) => hidden.reduce((sum, other) => sum + overlap(box, other), 0));
    const box = boxes[costs.indexOf(Math.min(...costs))] as Box;
    hidden.push(box);
    labels[at] = { x: box.left, y: box.bottom - 3, box };
  }
  return labels;
}

/** In order of liking: right, left, above, below, and the corners; then the same further away. */
function boxesAround({ x, y, text }: Labelled): Box[] {
  const width = textWidth(text, SIZE);
  const at = (left: number, middle: number): Box => ({
    left,
    right: left + width,
    top: middle - HEIGHT / 2,
    bottom: middle + HEIGHT / 2,
  });
  return [1, 2, 3].flatMap((step) => {
    const away = GAP + (step - 1) * HEIGHT;
    const [above, below] = [y - away - HEIGHT / 2, y + away + HEIGHT / 2];
    const sides = step === 1 ? [at(x + GAP, y), at(x - GAP - width, y)] : [];
    const ends = [above, below].flatMap((middle) => [at(x + GAP, middle), at(x - GAP - width, middle)]);
    return [...sides, at(x - width / 2, above), at(x - width / 2, below), ...ends];
  });
}

function moveInto(box: Box, frame: Box): Box {
  const across = Math.max(frame.left - box.left, Math.min(0, frame.right - box.right));
  const down = Math.max(frame.top - box.top, Math.min(0, frame.bottom - box.bottom));
  return { left: box.left + across, right: box.right + across, top: box.top + down, bottom: box.bottom + down };
}

/** The area that two boxes share. */
export function overlap(one: Box, other: Box): number {
  const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return across > 0 && down > 0 ? across * down : 0;
}
