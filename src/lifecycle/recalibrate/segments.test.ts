import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from '../../stats/random.ts';
import { conditionOf, refitSegments, type SegmentedGap } from './segments.ts';

const ALLOWED = { maxLoss: 0.03 };

/** Five tenants and three languages; now and then the cheap answer is the better one. */
function gaps(count: number, seed: number, missOf: (segments: readonly string[]) => number): SegmentedGap[] {
  const random = createRandom(seed * 104_729);
  return Array.from({ length: count }, () => {
    const segments = [
      `tenant:t${Math.floor(5 * random() ** 1.5)}`,
      `language:${['en', 'de', 'fr'][Math.floor(3 * random())]}`,
      'hours:08-12',
    ];
    const draw = random();
    const miss = missOf(segments);
    return { gap: draw < miss ? -1 : draw > 0.98 ? 1 : 0, weight: 0.5 ** (2 * random()), segments, reference: 'big' };
  });
}

describe('segments', () => {
  test('that are like the others get no rule, in all but a few of 200 runs', () => {
    let rules = 0;
    let worse = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const { verdict, findings } = refitSegments(
        gaps(200, seed, () => 0.1),
        ALLOWED,
      );
      if (verdict === 'rules') rules++;
      if (findings.some((finding) => finding.verdict !== 'same')) worse++;
    }
    assert.ok(rules < 10 && worse < 10, `${rules} rules, ${worse} found, of 200`);
  });

  test('that are worse are found, with what they lose and what the others do', () => {
    let found = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const { findings, looked } = refitSegments(
        gaps(600, seed, (own) => (own.includes('language:de') ? 0.25 : 0.05)),
        ALLOWED,
      );
      assert.equal(looked, 8);
      const [first] = findings;
      if (first?.segment !== 'language:de' || first.verdict !== 'rule') continue;
      found++;
      assert.deepEqual(first.condition, { by: 'language', name: 'de' });
      assert.ok(first.loss > 0.1 && first.elsewhere < 0.1 && first.interval.low > 0, JSON.stringify(first));
      assert.equal(first.reference, 'big');
    }
    assert.ok(found >= 19, `${found} of 20`);
  });

  test('that are worse by less than is allowed keep the route of all', () => {
    const some = gaps(4000, 3, (own) => (own.includes('tenant:t1') ? 0.06 : 0.015));
    assert.equal(refitSegments(some, ALLOWED).verdict, 'rules');
    const { verdict, say, findings } = refitSegments(some, { maxLoss: 0.1 });
    assert.deepEqual([verdict, findings[0]?.segment, findings[0]?.verdict], ['one', 'tenant:t1', 'allowed']);
    assert.match(
      say,
      /^one for all: 8 segments held against the others, and tenant:t1 stands out by no more than is allowed$/,
    );
  });

  test('that are hardly worse where all are bad are not what is wrong', () => {
    const some = gaps(6000, 3, (own) => (own.includes('tenant:t1') ? 0.2 : 0.15));
    const { verdict, findings } = refitSegments(some, { maxLoss: 0.1 });
    assert.deepEqual([verdict, findings[0]?.segment, findings[0]?.verdict], ['one', 'tenant:t1', 'shared']);
    assert.equal(refitSegments(some, ALLOWED).findings[0]?.verdict, 'rule');
  });

  test('where the reference loses as often as it wins lose nothing', () => {
    const some = gaps(800, 5, () => 0).map((one, at) => ({
      ...one,
      gap: one.segments.includes('tenant:t0') ? ([-1, 1][at % 2] ?? 0) : 0,
    }));
    assert.equal(refitSegments(some, ALLOWED).verdict, 'one');
  });

  test('with too few canaries are not looked at, and that is said', () => {
    const { verdict, say } = refitSegments(
      gaps(30, 1, () => 0.5),
      ALLOWED,
    );
    assert.deepEqual([verdict, /^\d+ graded canaries, and 40 are the least$/.test(say)], ['few', true]);
    const alone = gaps(200, 1, () => 0.5).map((one) => ({ ...one, segments: ['tenant:only'] }));
    assert.match(refitSegments(alone, ALLOWED).say, /^no tenant or language has 20 canaries beside as many of others$/);
  });
});

test('rules are made for tenants and languages alone', () => {
  assert.deepEqual(conditionOf('tenant:a:b'), { by: 'tenant', name: 'a:b' });
  assert.equal(conditionOf('hours:08-12'), null);
  assert.equal(conditionOf('input:long'), null);
});
