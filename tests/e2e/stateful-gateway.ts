// A gateway in front of the stateful upstream: one model for each API, with the name of the API, two tenants, and OpenAI's SDK
// as the client of each.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import type { CallRow } from '../../src/call/row.ts';
import { StatefulUpstream } from './stateful-upstream.ts';
import { type GatewayProcess, type Scope, startGateway } from './support.ts';

const PRICE = { price: { input: 1, output: 2 } };
const TENANTS = ['acme', 'globex'] as const;
export type Tenant = (typeof TENANTS)[number];

export const keyOf = (tenant: Tenant): string => `key-of-${tenant}`;

/** `responses` is the provider with a store of its own, `other` the same server under another name. */
export function statefulConfig(url: string): Record<string, unknown> {
  const provider = (dialect: string, path = '', more: object = {}): object => ({
    dialect,
    base_url: `${url}${path}`,
    api_key: 'k',
    ...more,
  });
  return {
    providers: {
      'up-responses': provider('openai', '/v1', { responses: true }),
      'up-other': provider('openai', '/other/v1', { responses: true }),
      'up-chat': provider('openai', '/v1'),
      'up-anthropic': provider('anthropic'),
      'up-gemini': provider('gemini'),
    },
    models: {
      responses: { use: 'up-responses/real', ...PRICE },
      other: { use: 'up-other/real', ...PRICE },
      chat: { use: 'up-chat/real', ...PRICE },
      anthropic: { use: 'up-anthropic/claude-sonnet-4-5', ...PRICE },
      gemini: { use: 'up-gemini/gemini-2.5-flash', ...PRICE },
    },
    default: 'responses',
    keys: Object.fromEntries(TENANTS.map((tenant) => [tenant, { key: keyOf(tenant), tenant }])),
    timeouts: { first_byte: '30s', idle: '30s', total: '60s', keep_alive: '100ms' },
    retries: { max_attempts: 1 },
    breaker: { min_requests: 10_000 },
  };
}

export interface Stateful {
  upstream: StatefulUpstream;
  gateway: GatewayProcess;
  config: object;
  as: (tenant: Tenant) => OpenAI;
}

/** `more` goes over the configuration. */
export async function startStateful(scope: Scope, more: object = {}): Promise<Stateful> {
  const upstream = await new StatefulUpstream().listen(scope);
  const config = { ...statefulConfig(upstream.url), ...more };
  const gateway = await startGateway(scope, { config });
  return { upstream, gateway, config, as: (tenant) => clientOf(gateway, tenant) };
}

export function clientOf(gateway: GatewayProcess, tenant: Tenant): OpenAI {
  return new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: keyOf(tenant), maxRetries: 0 });
}

type Asked = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'stream'>;

export interface Got {
  response: OpenAI.Responses.Response;
  headers: Headers;
}

/** Asks, streamed or not; of a stream the response that its last event has. Rejects with what the SDK throws. */
export async function create(client: OpenAI, asked: Asked, isStream = false): Promise<Got> {
  if (!isStream) {
    const { data, response } = await client.responses.create(asked).withResponse();
    return { response: data, headers: response.headers };
  }
  const { data, response } = await client.responses.create({ ...asked, stream: true }).withResponse();
  let last: OpenAI.Responses.Response | null = null;
  for await (const event of data) if (event.type === 'response.completed') last = event.response;
  if (last === null) throw new Error('the stream had no end');
  return { response: last, headers: response.headers };
}

export function rowOf(gateway: GatewayProcess, headers: Headers): Promise<CallRow> {
  return gateway.row(String(headers.get('x-tierline-request-id')));
}

/** What the answer says. The SDK sums it up itself for whole answers only. */
export function textOf({ output }: OpenAI.Responses.Response): string {
  const parts = output.flatMap((item) => (item.type === 'message' ? item.content : []));
  return parts.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
}

/** The SDK's error, in OpenAI's shape. */
export async function refused(
  run: Promise<unknown>,
  expected: { status: number; code?: string; says?: RegExp },
): Promise<void> {
  let caught: unknown = null;
  await run.catch((error: unknown) => (caught = error));
  assert.ok(caught instanceof OpenAI.APIError, String(caught));
  assert.equal(caught.status, expected.status, caught.message);
  assert.equal(typeof caught.type, 'string', 'an error has a type');
  if (expected.code !== undefined) assert.equal(caught.code, expected.code);
  if (expected.says !== undefined) assert.match(caught.message, expected.says);
}
