import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showCount, showDuration, showModel, showShare, showText, showUsd } from './display.ts';

test('dollars have cents from one dollar up and three digits below', () => {
  const shown: [number | null, string][] = [
    [null, '-'],
    [0, '$0'],
    [1, '$0.000000001'],
    [1_260_000, '$0.00126'],
    [1_264_999, '$0.00126'],
    [123_456_789, '$0.123'],
    [999_600_000, '$1.00'],
    [1_005_000_000, '$1.01'],
    [1_234_567_000_000, '$1,234.57'],
    [-25_000_000, '-$0.025'],
    [-3_000_000_000, '-$3.00'],
  ];
  for (const [amount, text] of shown) assert.equal(showUsd(amount), text);
});

test('durations take the unit that fits', () => {
  const shown: [number | null, string][] = [
    [null, '-'],
    [0.04, '0.0 ms'],
    [9.94, '9.9 ms'],
    [9.96, '10 ms'],
    [412.4, '412 ms'],
    [999.6, '1.00 s'],
    [1254, '1.25 s'],
    [59_994, '59.99 s'],
    [59_996, '1 min 0 s'],
    [125_000, '2 min 5 s'],
  ];
  for (const [ms, text] of shown) assert.equal(showDuration(ms), text);
});

test('counts are grouped and shares are percent', () => {
  assert.equal(showCount(1_234_567), '1,234,567');
  assert.equal(showShare(2 / 3), '66.7%');
  assert.equal(showShare(-0.5), '-50.0%');
  assert.equal(showShare(null), '-');
});

test('text from outside cannot steer a terminal', () => {
  assert.equal(showText('gpt\u001b[31m-4\n\u009b2J'), 'gpt\ufffd[31m-4\ufffd\ufffd2J');
  assert.equal(showText('größe 🙂'), 'größe 🙂');
  assert.equal(showText(null), '-');
});

test('a model stands with its tier, one of no tier stands alone, and no model is a dash', () => {
  assert.equal(showModel({ model: 'haiku', tier: 'small' }), 'haiku (small)');
  assert.equal(showModel({ model: 'vectors', tier: '' }), 'vectors');
  assert.equal(showModel({ model: 'vectors', tier: null }), 'vectors');
  assert.equal(showModel({ model: null, tier: null }), '-');
  assert.equal(showModel({ model: 'a\u001b', tier: 'b\n' }), 'a\ufffd (b\ufffd)');
});
