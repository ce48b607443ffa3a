import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { all, type Element, readMarkup, textOf } from '../markup.fixture.ts';
import { type FrontierModel, frontierChart } from './frontier-chart.ts';
import { inlineSvg } from './svg.ts';

const model = (name: string, dollars: number, share: number, more: Partial<FrontierModel> = {}): FrontierModel => ({
  name,
  cost: dollars * 1e6,
  share,
  low: Math.max(0, share - 0.04),
  high: Math.min(1, share + 0.02),
  isOnFrontier: true,
  isRecommended: false,
  isBaseline: false,
  ...more,
});

const THREE = [
  model('small', 0.3, 0.56),
  model('mid', 4, 0.99, { isRecommended: true }),
  model('frontier', 7, 0.985, { isOnFrontier: false, isBaseline: true }),
];

function draw(models: readonly FrontierModel[]): Element {
  const levels = [{ share: 0.95, name: 'default from 95 %' }];
  return readMarkup(inlineSvg(frontierChart({ id: 'c', task: 'triage', models, levels })).text);
}

const number = (element: Element | undefined, name: string): number => Number(element?.attributes[name]);

describe('the chart of the frontier', () => {
  test('has a point for each model: dearer to the right, better above', () => {
    const points = [...all(draw(THREE), 'circle', 'point'), ...all(draw(THREE), 'circle', 'off')];
    assert.equal(points.length, 3);
    const [small, mid, frontier] = points;
    assert.ok(number(small, 'cx') < number(mid, 'cx') && number(mid, 'cx') < number(frontier, 'cx'));
    assert.ok(number(mid, 'cy') < number(frontier, 'cy') && number(frontier, 'cy') < number(small, 'cy'));
  });

  test('tells by their form what is off the frontier and what is recommended', () => {
    const svg = draw(THREE);
    assert.equal(all(svg, 'circle', 'off').length, 1);
    const [ring] = all(svg, 'circle', 'ring');
    const [, mid] = all(svg, 'circle', 'point');
    assert.equal(number(ring, 'cx'), number(mid, 'cx'));
  });

  test('names every model, the baseline as such, the recommended one in bold', () => {
    const names = all(draw(THREE), 'text', 'name').map(textOf);
    assert.deepEqual(names, ['default from 95 %', 'small', 'mid', 'frontier (baseline)']);
    assert.deepEqual(all(draw(THREE), 'text', 'strong').map(textOf), ['mid']);
  });

  test('draws intervals through their points', () => {
    const [, whisker] = all(draw(THREE), 'path', 'whisker');
    const [, mid] = all(draw(THREE), 'circle', 'point');
    const [, x, low, high] = /^M([\d.]+) ([\d.]+)V([\d.]+)/.exec(whisker?.attributes['d'] ?? '') ?? [];
    assert.equal(Number(x), number(mid, 'cx'));
    assert.ok(Number(high) < number(mid, 'cy') && number(mid, 'cy') < Number(low));
  });

  test('the line begins at the cheapest point and ends at the best', () => {
    const [hull] = all(draw(THREE), 'path', 'hull');
    const places = [...(hull?.attributes['d'] ?? '').matchAll(/[ML]([\d.]+) ([\d.]+)/g)];
    const [small, mid] = all(draw(THREE), 'circle', 'point');
    assert.deepEqual(places[0]?.slice(1).map(Number), [number(small, 'cx'), number(small, 'cy')]);
    assert.deepEqual(places.at(-1)?.slice(1).map(Number), [number(mid, 'cx'), number(mid, 'cy')]);
  });

  test('a mixture is a curve on a logarithmic axis, through where its cost and share are', () => {
    const svg = draw([model('a', 1, 0), model('b', 100, 1)]);
    const places = [...(all(svg, 'path', 'hull')[0]?.attributes['d'] ?? '').matchAll(/[ML]([\d.]+) ([\d.]+)/g)];
    const [a, b] = all(svg, 'circle', 'point');
    const middle = places[Math.floor(places.length / 2)];
    // Half of each costs 50.5, which is 85 % of the way from 1 to 100 on this axis.
    const part = (Number(middle?.[1]) - number(a, 'cx')) / (number(b, 'cx') - number(a, 'cx'));
    assert.ok(Math.abs(part - Math.log(50.5) / Math.log(100)) < 0.01, String(part));
    assert.match(textOf(svg), /log scale/);
  });

  test('costs that are near each other have a plain axis', () => {
    assert.doesNotMatch(textOf(draw([model('a', 4, 0.9), model('b', 5, 0.95)])), /log scale/);
  });

  test('free models stand at zero, and no axis goes below', () => {
    const svg = draw([model('a', 0, 0.9), model('b', 0, 0.95)]);
    assert.doesNotMatch(textOf(svg), /-\$/);
    assert.match(textOf(svg), /\$0/);
  });

  test('says in words what is to be seen', () => {
    const said = textOf(all(draw(THREE), 'desc')[0]);
    assert.match(said, /^small: 56 % pass \(52 % to 58 %\) for \$0\.3 per 1,000 calls, on the frontier; /);
    assert.match(said, /frontier: 98\.5 % pass .* for \$7\.00 per 1,000 calls, off the frontier\.$/);
  });

  test('holds everything inside its frame, whatever there is', () => {
    for (const models of [THREE, [model('a', 1, 0)], [model('a', 1, 1), model('b', 1, 1)], [model('x', 1e6, 0.5)]]) {
      for (const circle of all(draw(models), 'circle')) {
        assert.ok(number(circle, 'cx') > 0 && number(circle, 'cx') < 400, circle.attributes['cx']);
        assert.ok(number(circle, 'cy') > 0 && number(circle, 'cy') < 300, circle.attributes['cy']);
      }
    }
  });
});
