import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { all, type Element, readMarkup, textOf } from '../markup.fixture.ts';
import { intervalChart, type RatedModel } from './interval-chart.ts';
import { inlineSvg } from './svg.ts';

function draw(models: readonly RatedModel[], { gatedFrom = 0.85, defaultFrom = 0.95 } = {}): Element {
  return readMarkup(inlineSvg(intervalChart({ id: 'c', task: 't', models, gatedFrom, defaultFrom })).text);
}

const MODELS: RatedModel[] = [
  { name: 'small', share: 0.9, low: 0.85, high: 0.95 },
  { name: 'mid', share: 0.99, low: 0.96, high: 1 },
];

const place = (element: Element | undefined, name: string): number => Number(element?.attributes[name]);

describe('the chart of pass rates against thresholds', () => {
  test('has three bands that meet at the thresholds', () => {
    const svg = draw(MODELS);
    const [good, gated, next] = ['good', 'gated', 'next'].map((band) => all(svg, 'rect', band)[0]);
    assert.equal(place(next, 'x') + place(next, 'width'), place(gated, 'x'));
    assert.ok(Math.abs(place(gated, 'x') + place(gated, 'width') - place(good, 'x')) < 0.02);
    // A pass rate on a threshold stands at the edge of its band.
    const whisker = all(svg, 'path', 'whisker')[0]?.attributes['d'] ?? '';
    assert.ok(whisker.startsWith(`M${place(gated, 'x')} `), whisker);
  });

  test('names the bands, so that no colour has to be known', () => {
    assert.match(textOf(draw(MODELS)), /default.*gated.*next/);
  });

  test('a band of no width is left out', () => {
    const svg = draw(MODELS, { gatedFrom: 0.9, defaultFrom: 0.9 });
    assert.equal(all(svg, 'rect').length, 2);
    assert.equal(all(draw(MODELS, { gatedFrom: 0.9, defaultFrom: 1 }), 'rect', 'good').length, 0);
  });

  test('a model that was not judged has no dot, and says so', () => {
    const svg = draw([{ name: 'new', share: null, low: 0, high: 1 }]);
    assert.equal(all(svg, 'circle').length, 0);
    assert.match(textOf(svg), /newnot judged/);
  });

  test('says every interval in figures', () => {
    const svg = draw(MODELS);
    assert.match(
      textOf(all(svg, 'desc')[0]),
      /^small: 90 % pass, 85 % to 95 %; mid: 99 % pass, 96 % to 100 %\. Gated from 85 %, default from 95 %\.$/,
    );
    assert.ok(all(svg, 'text').map(textOf).includes('96 % to 100 %'));
  });

  test('reaches down to the lowest interval', () => {
    const low = draw([{ name: 'bad', share: 0.1, low: 0.04, high: 0.2 }]);
    const [circle] = all(low, 'circle');
    const [next] = all(low, 'rect', 'next');
    assert.ok(place(circle, 'cx') > place(next, 'x') && place(circle, 'cx') < place(next, 'x') + place(next, 'width'));
  });
});
