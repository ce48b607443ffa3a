// A gateway in front of the scripted upstream: one model per dialect, short time-outs, and the helpers of the tests that
// make its providers fail.
import assert from 'node:assert/strict';
import type { CallRow } from '../../src/call/row.ts';
import {
  type Script,
  type ScriptedUpstream,
  startScriptedUpstream,
  type Visit,
  type WireName,
} from './scripted-upstream.ts';
import { eventually, type GatewayProcess, type Scope, startGateway } from './support.ts';
import { type Answer, ask, type Sent } from './wire-client.ts';

/** What the gateway sends to its providers and must never show to a client. */
export const PROVIDER_KEY = 'tl-provider-credential-0123456789';
export const PROVIDER_TOKEN = 'operator-header-credential-42';

/** How soon a provider must be left once its client has gone. */
const LEAVE_MS = 250;

const WIRES: readonly WireName[] = ['openai', 'anthropic'];

/** Caller and provider: the same dialect, and crossing. The models have the names of the dialects they speak. */
export const PAIRS = WIRES.flatMap((wire) => WIRES.map((model) => ({ wire, model, name: `${wire} to ${model}` })));

const PRICE = { price: { input: 1, output: 2 } };

/** Providers and models: `openai`, `anthropic`, and `pair`, whose first deployment is always tried first. */
function scriptedModels(url: string, provider: object): object {
  const headers = { 'x-gateway-token': PROVIDER_TOKEN };
  return {
    providers: {
      'up-openai': { dialect: 'openai', base_url: `${url}/v1`, api_key: PROVIDER_KEY, headers, ...provider },
      'up-anthropic': { dialect: 'anthropic', base_url: url, api_key: PROVIDER_KEY, headers, ...provider },
    },
    models: {
      openai: { use: 'up-openai/real-o', ...PRICE },
      anthropic: { use: 'up-anthropic/real-a', ...PRICE },
      pair: {
        deployments: [
          { use: 'up-openai/real-o', weight: 1_000_000 },
          { use: 'up-anthropic/real-a', weight: 0.0001 },
        ],
        ...PRICE,
      },
    },
    default: { model: 'openai', fallback: ['anthropic'] },
  };
}

export interface ScriptedGateway {
  gateway: GatewayProcess;
  upstream: ScriptedUpstream;
  /** Runs a request whose text is the script's name. */
  play: (name: string, script: Script, sent: Omit<Sent, 'text'>) => Promise<Answer>;
  rowOf: (answer: Answer) => Promise<CallRow>;
}

/** `more` goes over the configuration, `provider` over each of its providers. */
export async function startScriptedGateway(
  scope: Scope,
  more: object = {},
  provider: object = {},
): Promise<ScriptedGateway> {
  const upstream = await startScriptedUpstream();
  scope.after(() => upstream.close());
  const config = {
    ...scriptedModels(upstream.url, provider),
    timeouts: { first_byte: '500ms', idle: '400ms', total: '4s' },
    retries: { max_attempts: 2, base_delay: '10ms', max_delay: '20ms', max_wait: '1500ms', budget: 1 },
    breaker: { min_requests: 10_000 },
    ...more,
  };
  const gateway = await startGateway(scope, { config });
  return {
    gateway,
    upstream,
    play: (name, script, sent) => {
      upstream.on(name, script);
      return ask(gateway.url, { ...sent, text: name });
    },
    rowOf: (answer) => gateway.row(String(answer.headers['x-tierline-request-id'])),
  };
}

/** Makes the client leave, and measures at the provider's side how long the gateway keeps its connection. */
export async function expectLeft(visit: Visit, leave: () => void): Promise<void> {
  const goneAt = performance.now();
  leave();
  const leftAt = await eventually(
    () => visit.leftAt,
    3000,
    () => 'the provider was never left',
  );
  assert.ok(leftAt - goneAt < LEAVE_MS, `left after ${Math.round(leftAt - goneAt)} ms`);
}

/** The one row of a session, as `x-session-id` named it; for calls whose client saw no request id. */
export function rowOfSession(gateway: GatewayProcess, session: string): Promise<CallRow> {
  return eventually(() => gateway.rows().find((row) => row.session === session));
}
