import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Box, overlap, placeLabels } from './labels.ts';

const FRAME: Box = { left: 0, top: 0, right: 400, bottom: 300 };

function hides(boxes: readonly Box[]): boolean {
  return boxes.some((one, at) => boxes.slice(at + 1).some((other) => overlap(one, other) > 0));
}

describe('names of points', () => {
  test('stand to the right of a point that has room there', () => {
    const [label] = placeLabels([{ x: 100, y: 100, text: 'small' }], FRAME);
    assert.ok(label !== undefined && label.x > 105 && label.x < 120 && Math.abs(label.y - 104) <= 2);
  });

  test('go to the left where the right ends', () => {
    const [label] = placeLabels([{ x: 395, y: 100, text: 'frontier' }], FRAME);
    assert.ok(label !== undefined && label.box.right <= 390);
  });

  test('keep off each other and off points, in their order', () => {
    const points = [
      { x: 100, y: 100, text: 'a model' },
      { x: 130, y: 102, text: 'another model' },
      { x: 118, y: 112, text: 'a third' },
    ];
    const labels = placeLabels(points, FRAME);
    assert.equal(hides(labels.map(({ box }) => box)), false);
    for (const { box } of labels)
      for (const { x, y } of points)
        assert.equal(overlap(box, { left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 }), 0);
  });

  test('keep off what is taken', () => {
    const taken = [{ left: 108, right: 300, top: 80, bottom: 120 }];
    const [label] = placeLabels([{ x: 100, y: 100, text: 'small' }], FRAME, taken);
    assert.ok(label !== undefined && overlap(label.box, taken[0] as Box) === 0);
  });

  test('there is one for each point, and all are within the frame', () => {
    const point = fc.record({
      x: fc.integer({ min: 0, max: 400 }),
      y: fc.integer({ min: 0, max: 300 }),
      text: fc.string({ maxLength: 20 }),
    });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 12 }), (points) => {
        const labels = placeLabels(points, FRAME);
        assert.equal(labels.length, points.length);
        for (const { box } of labels)
          assert.ok(box.left >= -1e-9 && box.top >= -1e-9 && box.right <= 400 + 1e-9 && box.bottom <= 300 + 1e-9);
      }),
    );
  });
});

test('boxes that touch do not overlap', () => {
  const box = { left: 0, top: 0, right: 10, bottom: 10 };
  assert.equal(overlap(box, { left: 10, top: 0, right: 20, bottom: 10 }), 0);
  assert.equal(overlap(box, { left: 8, top: 7, right: 20, bottom: 20 }), 6);
});
