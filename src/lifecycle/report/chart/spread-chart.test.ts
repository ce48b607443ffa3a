import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { showDuration } from '../../../ledger/display.ts';
import { all, type Element, readMarkup, textOf } from '../markup.fixture.ts';
import { showMoment } from './axis.ts';
import { type SpreadChartData, spreadChart } from './spread-chart.ts';
import { inlineSvg } from './svg.ts';

const VALUES = { mean: 300, p50: 100, p90: 200, p95: 500, p99: 900, max: 1000 };

function draw(more: Partial<SpreadChartData> = {}): Element {
  const rows = [{ name: 'small', values: VALUES }];
  const data = { id: 'c', title: 'time', rows, limit: null, show: showDuration, showMark: showMoment, ...more };
  return readMarkup(inlineSvg(spreadChart(data)).text);
}

const rowOf = (svg: Element): Element =>
  all(svg, 'g').find((group) => all(group, 'title').length > 0 && textOf(group).includes('small')) as Element;

describe('the chart of distributions', () => {
  test('tells median, 95th percentile and the largest value apart by their form', () => {
    const row = rowOf(draw());
    assert.equal(all(row, 'circle', 'p50').length, 1);
    assert.equal(all(row, 'path', 'p95').length, 1);
    assert.equal(all(row, 'circle', 'max').length, 1);
    const [median, most] = [all(row, 'circle', 'p50')[0], all(row, 'circle', 'max')[0]];
    assert.ok(Number(median?.attributes['cx']) < Number(most?.attributes['cx']));
  });

  test('has a legend, and the 95th percentile in figures', () => {
    assert.match(textOf(draw()), /medianp90p95p99max/);
    assert.ok(all(rowOf(draw()), 'text').map(textOf).includes('500 ms'));
  });

  test('a limit is a line, and who is over it is told in words', () => {
    const over = draw({ limit: { value: 400, name: 'budget' } });
    assert.equal(all(over, 'path', 'budget').length, 1);
    assert.deepEqual(all(over, 'text', 'over').map(textOf), ['500 ms over']);
    assert.equal(all(draw({ limit: { value: 500, name: 'budget' } }), 'text', 'over').length, 0);
    assert.equal(all(draw(), 'path', 'budget').length, 0);
    assert.match(textOf(all(over, 'desc')[0]), /budget: 400 ms\.$/);
  });

  test('the limit is inside, however far it is from the values', () => {
    for (const value of [1, 100_000]) {
      const [line] = all(draw({ limit: { value, name: 'budget' } }), 'path', 'budget');
      const x = Number(/^M([\d.]+)/.exec(line?.attributes['d'] ?? '')?.[1]);
      assert.ok(x > 100 && x < 340, String(x));
    }
  });

  test('what is not known is said to be', () => {
    const svg = draw({ rows: [{ name: 'small', values: null }] });
    assert.match(textOf(svg), /smallnot known/);
    assert.match(textOf(all(svg, 'desc')[0]), /small: not known/);
    assert.equal(all(svg, 'path', 'p95').length, 1, 'the one of the legend');
  });
});
