import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConfig } from '../../config/load.ts';
import { profileOf } from '../../lifecycle/report/report.fixture.ts';
import { monthlyBill } from './monthly-bill.ts';

const configFor = (tasks: string) =>
  parseConfig(
    `
providers: { up: { dialect: openai, base_url: http://127.0.0.1:1/v1, api_key: test } }
models:
  small: { use: up/small, tier: small, price: { input: 1, output: 2 } }
  frontier: { use: up/frontier, tier: frontier, price: { input: 10, output: 20 } }
baseline: frontier
tasks:
${tasks}
`,
    { file: '/nowhere/tierline.yaml', env: {} },
  );

/** 505 tokens in and 60 out on average, whatever the model. */
const profile = (task: string) =>
  profileOf(task, [
    { model: 'small', passed: 180, accepted: 180, thousand: 0.625 },
    { model: 'frontier', passed: 200, thousand: 6.25 },
  ]);

const near = (actual: number | null | undefined, expected: number): void => {
  assert.ok(actual != null && Math.abs(actual - expected) <= 1e-6 * expected, `${actual} is not ${expected}`);
};

describe('the bill of a month for a report', () => {
  test('is that of an estimate over the profiled tasks', () => {
    const tasks =
      '  a: { volume: 1000000, accept: [{ one_of: [x] }], route: { cascade: [small, frontier] } }\n  b: { volume: 5, route: small }';
    const bill = monthlyBill([profile('a')], configFor(tasks));
    assert.equal(bill?.lines.length, 1);
    const [line] = bill?.lines ?? [];
    near(line?.calls, 1e6);
    // 505 tokens at 10 and 60 at 20 dollars a million, in nano-dollars; a tenth goes on after the small model.
    const [small, frontier] = [505 * 1000 + 60 * 2000, 505 * 10_000 + 60 * 20_000];
    near(line?.baseline, frontier * 1e6);
    near(line?.routed, (small + 0.1 * frontier) * 1e6);
    assert.ok((line?.low ?? 0) < (line?.routed ?? 0) && (line?.routed ?? 0) < (line?.high ?? 0));
    assert.match(bill?.verdict ?? '', /^Routing pays: /);
    const [usual, half] = bill?.scenarios ?? [];
    assert.equal(usual?.say, 'it stays as it is');
    assert.equal(usual?.routed, line?.routed);
    assert.ok((half?.baseline ?? 0) < (line?.baseline ?? 0));
  });

  test('names what cannot be told for want of prices, and shows no line for it', () => {
    const bill = monthlyBill([profile('a')], configFor('  a: { volume: 10, route: small }'));
    assert.ok(bill?.notes.some((note) => note.startsWith('Not known, for want of prices: in batches')));
    assert.ok(bill?.scenarios.every(({ say }) => !say.includes('batches')));
  });

  test('is none where no volume is known', () => {
    assert.equal(monthlyBill([profile('a')], configFor('  a: { route: small }')), null);
    assert.equal(monthlyBill([profile('old')], configFor('  a: { volume: 9, route: small }')), null);
  });

  test('is the same at any time: its prices are those of the newest profile', () => {
    const config = configFor('  a: { volume: 10, route: small }');
    assert.deepEqual(monthlyBill([profile('a')], config), monthlyBill([profile('a')], config));
  });
});
