import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { all, readMarkup, textOf } from '../markup.fixture.ts';
import { markup } from '../markup.ts';
import { showDollars, showMoment } from './axis.ts';
import { type Chart, fitNames, fitText, inlineSvg, pathThrough, svgFile, textWidth } from './svg.ts';

const CHART: Chart = {
  id: 't1-x',
  title: 'a <task>',
  description: 'what is to be seen',
  width: 400,
  height: 300,
  body: markup`<text>${'<b>'}</text>`,
};

describe('a chart', () => {
  test('in a page is named and described for those who do not see it', () => {
    const [svg] = all(readMarkup(inlineSvg(CHART).text), 'svg');
    assert.equal(svg?.attributes['role'], 'img');
    assert.equal(svg?.attributes['aria-labelledby'], 't1-x-t t1-x-d');
    assert.equal(textOf(all(svg as never, 'title')[0]), 'a <task>');
    assert.equal(all(svg as never, 'title')[0]?.attributes['id'], 't1-x-t');
    assert.equal(textOf(all(svg as never, 'desc')[0]), 'what is to be seen');
    assert.equal(all(svg as never, 'style').length, 0);
  });

  test('as a file has its style, its ground and its size, and asks for nothing', () => {
    const file = svgFile(CHART);
    const [svg] = all(readMarkup(file.trim()), 'svg');
    assert.equal(svg?.attributes['xmlns'], 'http://www.w3.org/2000/svg');
    assert.equal(svg?.attributes['width'], '432');
    assert.match(file, /prefers-color-scheme:dark/);
    assert.doesNotMatch(file.replace('http://www.w3.org/2000/svg', ''), /url\(|href|https?:|@import/);
    assert.equal(all(svg as never, 'rect', 'ground').length, 1);
  });
});

describe('path data', () => {
  test('goes through every point, to hundredths', () => {
    assert.equal(
      pathThrough([
        { x: 1, y: 2.3456 },
        { x: -0.001, y: 10 },
      ]),
      'M1 2.35L0 10',
    );
    assert.equal(pathThrough([]), '');
  });
});

describe('text that has to fit', () => {
  test('stays whole where there is room, else keeps its beginning and its end', () => {
    assert.equal(fitText('small', 100), 'small');
    const short = fitText('meta-llama-4-maverick-17b-instruct', 90);
    assert.match(short, /^meta.*….*uct$/);
    assert.ok(textWidth(short) <= 90);
    assert.equal(fitText('anything', 1), '…');
  });

  test('wide scripts take more room', () => {
    assert.ok(textWidth('模型') > textWidth('mo'));
  });

  test('a vendor before a slash is left out where that is enough', () => {
    assert.deepEqual(fitNames(['anthropic/claude-haiku-4-5', 'openai/gpt'], 115), ['claude-haiku-4-5', 'openai/gpt']);
  });

  test('but never so that two names are the same', () => {
    const names = fitNames(['anthropic/claude-haiku-4-5', 'openrouter/claude-haiku-4-5'], 115);
    assert.notEqual(names[0], names[1]);
    const own = fitNames(['anthropic/claude-haiku-4-5', 'claude-haiku-4-5'], 115);
    assert.notEqual(own[0], own[1]);
  });
});

describe('marks of an axis', () => {
  test('are written without what says nothing', () => {
    assert.deepEqual([0, 5e7, 5e8, 2e9, 2.5e9, 1e12].map(showDollars), [
      '$0',
      '$0.05',
      '$0.50',
      '$2',
      '$2.50',
      '$1,000',
    ]);
    assert.deepEqual([0, 5, 50, 1000, 1500, 60_000].map(showMoment), ['0', '5 ms', '50 ms', '1 s', '1.5 s', '1 min']);
  });
});
