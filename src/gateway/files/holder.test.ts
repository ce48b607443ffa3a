import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TierlineError } from '../../call/errors.ts';
import { limits, policy } from '../../policy/sample.test.ts';
import type { Connection } from '../../provider/connection.ts';
import type { Holder } from '../../router.ts';
import { type Asking, chooseHolder, holderOf } from './holder.ts';

const holder = (name: string, dialect: string, more: { isPrivate?: boolean; region?: string } = {}): Holder => ({
  connection: { name, dialect: { name: dialect }, isPrivate: more.isPrivate ?? false } as unknown as Connection,
  region: more.region ?? null,
});

const HOLDERS = [
  holder('openai', 'openai-chat'),
  holder('claude', 'anthropic-messages'),
  holder('own', 'openai-responses', { isPrivate: true, region: 'eu' }),
];
const TENANTS = new Map([
  ['careful', limits({ of: 'the tenant careful', isPrivate: true })],
  ['near', limits({ of: 'the tenant near', regions: ['eu', 'ch'] })],
]);

const asking = (tenant = 'acme', changes: Partial<Asking> & { holders?: Holder[] } = {}): Asking => ({
  engine: { policy: policy([], [], { tenants: TENANTS }), holders: changes.holders ?? HOLDERS },
  tenant,
  isAnthropic: changes.isAnthropic ?? false,
});

const named = (name: string) => ({ 'x-tierline-provider': name });
const nameOf = ({ connection }: Holder): string => connection.name;

function refused(work: () => unknown, code: string, says: RegExp): void {
  assert.throws(work, (error) => {
    assert.ok(error instanceof TierlineError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, says);
    return true;
  });
}

test('something new goes to the first provider of the dialect', () => {
  assert.equal(nameOf(chooseHolder(asking(), {})), 'openai');
  assert.equal(nameOf(chooseHolder(asking('acme', { isAnthropic: true }), {})), 'claude');
});

test('or to the one that is named, which has to be of the dialect', () => {
  assert.equal(nameOf(chooseHolder(asking(), named('own'))), 'own');
  refused(
    () => chooseHolder(asking(), named('claude')),
    'invalid_request',
    /must name a provider of this dialect: openai, own/,
  );
  refused(() => chooseHolder(asking(), named('nobody')), 'invalid_request', /openai, own/);
});

test('limits of the tenant pass over what it may not use, and refuse it when it is named', () => {
  for (const tenant of ['careful', 'near']) {
    assert.equal(nameOf(chooseHolder(asking(tenant), {})), 'own');
    refused(() => chooseHolder(asking(tenant), named('openai')), 'model_not_allowed', /openai may not hold this/);
    refused(() => chooseHolder(asking(tenant, { isAnthropic: true }), {}), 'model_not_allowed', /claude may not/);
  }
  refused(
    () => chooseHolder(asking('near'), named('openai')),
    'model_not_allowed',
    /the tenant near is kept to eu, ch/,
  );
});

test('without any provider of the dialect there is none', () => {
  refused(
    () => chooseHolder(asking('acme', { holders: [] }), {}),
    'not_found',
    /dialect openai, and the simulated one keeps none/,
  );
  refused(() => chooseHolder(asking('acme', { holders: [], isAnthropic: true }), {}), 'not_found', /dialect anthropic/);
});

test('what is there already lies where it lies', () => {
  assert.equal(nameOf(holderOf('own', asking(), {})), 'own');
  assert.equal(nameOf(holderOf('own', asking(), named('own'))), 'own');
  refused(() => holderOf('own', asking(), named('openai')), 'invalid_request', /names openai, but this lies at own/);
  refused(() => holderOf('gone', asking(), {}), 'not_found', /not configured any more/);
  refused(() => holderOf('claude', asking(), {}), 'not_found', /not configured any more/);
  refused(() => holderOf('openai', asking('careful'), {}), 'model_not_allowed', /the tenant careful/);
});
