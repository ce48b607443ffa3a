import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { all, type Element, readMarkup, textOf } from '../markup.fixture.ts';
import { type GateChartData, gateChart } from './gate-chart.ts';
import { inlineSvg } from './svg.ts';

const result = (gate: string, passed: number, judged = 100) => ({ gate, judged, passed, broken: 0 });

function draw(more: Partial<GateChartData> = {}): Element {
  const models = [
    { name: 'small', byGate: [result('reference', 50), result('finish', 100), result('judge', 0, 0)] },
    { name: 'mid', byGate: [result('reference', 100), result('finish', 100), result('judge', 9, 10)] },
  ];
  const data = { id: 'c', task: 't', gates: ['reference', 'finish', 'judge'], models, ...more };
  return readMarkup(inlineSvg(gateChart(data)).text);
}

describe('the chart of gates', () => {
  test('has bars as long as the share that passes', () => {
    const [half, whole] = all(draw(), 'rect', 'bar').map((bar) => Number(bar.attributes['width']));
    assert.equal(half, (whole as number) / 2);
    assert.equal(Number(all(draw(), 'rect', 'track')[0]?.attributes['width']), whole);
  });

  test('says in figures what was refused', () => {
    assert.match(textOf(draw()), /50 %\s+50 of 100 refused/);
  });

  test('a gate that lets everything of every model pass takes one line', () => {
    const svg = draw();
    assert.match(textOf(svg), /finishlets everything pass/);
    assert.equal(all(svg, 'rect', 'track').length, 4);
  });

  test('a gate that was not asked has no bar and no share', () => {
    const svg = draw({ gates: ['judge'] });
    assert.equal(all(svg, 'rect', 'bar').length, 1);
    assert.match(textOf(all(svg, 'desc')[0]), /judge: small was not asked, mid 9 of 10 \(90 %\)\./);
    assert.match(textOf(all(draw({ gates: ['gone'] }), 'desc')[0]), /gone: small was not asked/);
  });

  test('grows with what is in it', () => {
    const height = (svg: Element): number => Number(all(svg, 'svg')[0]?.attributes['viewBox']?.split(' ')[3]);
    assert.ok(height(draw()) > height(draw({ gates: ['reference'] })));
    assert.ok(height(draw({ gates: [] })) > 0);
  });
});
