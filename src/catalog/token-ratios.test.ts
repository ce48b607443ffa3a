import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createTokenRatios } from './token-ratios.ts';

describe('learned token ratios', () => {
  it('are one until something was observed', () => {
    assert.equal(createTokenRatios().ratioOf('a'), 1);
  });

  it('come to what providers report, model by model', () => {
    const ratios = createTokenRatios();
    for (let call = 0; call < 500; call++) ratios.observe('dear', 1000, 1300);
    assert.ok(Math.abs(ratios.ratioOf('dear') - 1.3) < 0.001);
    assert.equal(ratios.ratioOf('other'), 1);
  });

  it('are not thrown by one odd call', () => {
    const ratios = createTokenRatios();
    for (let call = 0; call < 100; call++) ratios.observe('a', 1000, 1000);
    ratios.observe('a', 1000, 900_000);
    assert.ok(ratios.ratioOf('a') < 1.06);
  });

  it('follow a model that changes', () => {
    const ratios = createTokenRatios();
    for (let call = 0; call < 1000; call++) ratios.observe('a', 1000, 1000);
    for (let call = 0; call < 100; call++) ratios.observe('a', 1000, 1500);
    assert.ok(ratios.ratioOf('a') > 1.49);
  });

  it('leave out texts too short to tell, and counts that are none', () => {
    const ratios = createTokenRatios();
    for (const [estimated, measured] of [
      [10, 20],
      [1000, 0],
      [0, 1000],
      [Number.NaN, 1000],
      [1000, Number.POSITIVE_INFINITY],
    ] as const) {
      ratios.observe('a', estimated, measured);
    }
    assert.equal(ratios.ratioOf('a'), 1);
  });

  it('stay between a half and two whatever comes', () => {
    const observation = fc.tuple(fc.double({ min: 0, noNaN: true }), fc.double({ min: 0, noNaN: true }));
    fc.assert(
      fc.property(fc.array(observation), (observations) => {
        const ratios = createTokenRatios();
        for (const [estimated, measured] of observations) ratios.observe('a', estimated, measured);
        const ratio = ratios.ratioOf('a');
        assert.ok(ratio >= 0.5 && ratio <= 2);
      }),
    );
  });

  it('hold a bounded number of models', () => {
    const ratios = createTokenRatios();
    for (let model = 0; model < 1500; model++) ratios.observe(`m${model}`, 1000, 2000);
    assert.ok(ratios.ratioOf('m999') > 1);
    assert.equal(ratios.ratioOf('m1400'), 1);
  });
});
