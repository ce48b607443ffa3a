import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PolicyFigures, Standing } from '../../learn/assess/assess-policy.ts';
import type { Figure } from '../../learn/assess/figures.ts';
import type { AssessedRouter } from './assessed-router.ts';
import { verdictOf } from './verdict.ts';

const figure = (value: number, low: number, high: number): Figure => ({ value, low, high });

const STANDING: Standing = {
  point: 'assured',
  level: 9,
  quality: figure(0.9, 0.88, 0.92),
  difference: figure(0.005, -0.017, 0.024),
  costUsd: figure(0.001, 0.001, 0.001),
  saving: figure(0.6, 0.55, 0.65),
  calls: 1,
  answers: { small: 0.28, large: 0.72 },
};

function say(more: Partial<Standing>, policy: Partial<PolicyFigures> | null = {}): string[] {
  const recommended = { ...STANDING, ...more };
  return verdictOf({
    router: { reference: 'large', trainedOn: { rows: 400 } },
    assessment: {
      policy:
        policy === null
          ? null
          : {
              rows: 300,
              reference: 'large',
              models: [
                { model: 'small', quality: 0.5 },
                { model: 'large', quality: 0.9 },
              ],
              isOneModel: false,
              recommended,
              points: [recommended],
              ...policy,
            },
    },
  } as unknown as AssessedRouter);
}

describe('a verdict', () => {
  test('tells who answers, what it saves and what it does to quality', () => {
    assert.equal(
      say({})[0],
      'It answers 72 % of the requests with large and 28 % with small; it saves 60.0 % [55 to 65], quality +0.5 [-1.7 to +2.4] points.',
    );
    assert.match(say({ calls: 1.4 })[0] ?? '', /28 % with small, after 1\.40 calls a request; it saves/);
  });

  test('says so when it costs more', () => {
    assert.match(say({ saving: figure(-0.02, -0.03, -0.01) })[0] ?? '', /it costs 2\.0 % \[1 to 3\] more, quality/);
  });

  test('says whether the promise is kept, broken or cannot be told', () => {
    assert.match(say({})[1] ?? '', /^These rows are too few to tell whether/);
    assert.match(say({ difference: figure(0.01, -0.004, 0.02) })[1] ?? '', /^These rows bear out/);
    assert.match(say({ difference: figure(-0.02, -0.03, -0.006) })[1] ?? '', /^These rows break/);
  });

  test('says that one model is the best there is, and what less would bring', () => {
    const alone = { level: null, answers: { large: 1 }, saving: figure(0, 0, 0), difference: figure(0, 0, 0) };
    const weaker: Standing = {
      ...STANDING,
      point: 'half',
      saving: figure(0.3, 0.2, 0.4),
      difference: figure(-0.01, -0.02, 0),
    };
    const [first, second] = say(alone, { isOneModel: true, points: [weaker] });
    assert.equal(first, 'One model, no router: everything goes to large.');
    assert.equal(
      second,
      'Nothing cheaper could be vouched for on the 400 rows that it was trained on. Where less is promised (`promise: half-point`) it saves 30.0 % [20 to 40], quality -1.0 [-2.0 to 0.0] points.',
    );
    assert.match(say({ ...alone, level: 3 }, { isOneModel: true, points: [] })[1] ?? '', /^Where it stands, none/);
    const cheap = say({ answers: { small: 1 } }, { isOneModel: true });
    assert.match(cheap[0] ?? '', /^One model, no router: everything goes to small; it saves 60\.0 %/);
  });

  test('does not name a place whose promise these rows break', () => {
    const alone = { level: null, answers: { large: 1 }, saving: figure(0, 0, 0), difference: figure(0, 0, 0) };
    const broken = (point: Standing['point'], high: number): Standing => ({
      ...STANDING,
      point,
      difference: figure(-0.05, -0.06, high),
    });
    const points = [broken('equal', -0.001), broken('half', -0.006), broken('most', -0.021)];
    assert.doesNotMatch(say(alone, { isOneModel: true, points })[1] ?? '', /Where less is promised/);
    const kept = [...points.slice(0, 2), broken('most', -0.019)];
    assert.match(
      say(alone, { isOneModel: true, points: kept })[1] ?? '',
      /Where less is promised \(`promise: most-of-gap`\)/,
    );
  });

  test('without a policy does not speak of money', () => {
    assert.match(say({}, null).join(' '), /^It rates requests, and what it saves cannot be told/);
  });
});
