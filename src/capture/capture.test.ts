import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/load.ts';
import { Inbound } from '../dialect/inbound.ts';
import type { Incoming } from '../dialect/incoming.ts';
import { NeutralInbound } from '../dialect/neutral-inbound.ts';
import { openaiChat } from '../dialect/openai-chat.ts';
import { openaiEmbeddings } from '../dialect/openai-embeddings.ts';
import { type Capture, createCapture } from './capture.ts';
import type { CapturedCall } from './captured-call.ts';
import type { CaptureLimits } from './folder.ts';

function configure(capture: string): Config {
  const text = `
providers: { simulated: {} }
models: { small: { use: simulated/sim-small, tier: small } }
${capture}`;
  return parseConfig(text, { file: '/tmp/tierline.yaml', env: {} });
}

interface Fake {
  capture: Capture;
  started: string[];
  kept: { call: Omit<CapturedCall, 'body'>; body: string }[];
  limits: CaptureLimits[];
  told: string[];
}

function fake(keep?: () => boolean): Fake {
  const found: Omit<Fake, 'capture'> = { started: [], kept: [], limits: [], told: [] };
  const capture = createCapture(
    '/data/ledger.db',
    (sentence) => void found.told.push(sentence),
    ({ folder }) => {
      found.started.push(folder);
      return {
        keep: (call, body) => {
          found.kept.push({ call, body: Buffer.from(body).toString() });
          return keep?.() ?? true;
        },
        limit: (limits) => void found.limits.push(limits),
        stop: () => Promise.resolve(),
      };
    },
  );
  return { capture, ...found };
}

const BODY = { model: 'auto', stream: true, messages: [{ role: 'user', content: 'Hi' }] };
const read = (body: object, dialect = openaiChat): Incoming =>
  Inbound.read(dialect, Buffer.from(JSON.stringify(body)), 32);
const call = (inbound: Incoming) => ({
  id: 'req_1',
  atMs: Date.UTC(2026, 10, 28),
  tenant: 'acme',
  path: '/v1/chat/completions',
  headers: { authorization: 'Bearer x', 'x-session-id': 's1' },
  inbound,
});

describe('without capture in the configuration', () => {
  test('there is no thread, no folder and nothing to call', () => {
    const { capture, started } = fake();
    const config = configure('');
    capture.limit(config);
    assert.equal(capture.under(config), null);
    assert.deepEqual(started, []);
  });
});

describe('with capture', () => {
  test('the exact bytes are handed over, with what routing saw beside them', () => {
    const { capture, kept, started } = fake();
    capture.under(configure('capture: { share: 1, mask: false }'))?.(call(read(BODY)), 'triage');
    assert.deepEqual(started, ['/data/ledger.db.captured']);
    assert.deepEqual(kept, [
      {
        call: {
          id: 'req_1',
          at: '2026-11-28T00:00:00.000Z',
          tenant: 'acme',
          task: 'triage',
          path: '/v1/chat/completions',
          dialect: 'openai-chat',
          model: 'auto',
          stream: true,
          headers: { 'x-session-id': 's1' },
          masked: false,
        },
        body: JSON.stringify(BODY),
      },
    ]);
  });

  test('a request that never was bytes is kept in the neutral form', () => {
    const { capture, kept } = fake();
    const request = read(BODY).neutral;
    capture.under(configure('capture: { share: 1 }'))?.(
      call(new NeutralInbound({ model: 'small', request, metadata: {} })),
      null,
    );
    assert.equal(kept[0]?.call.dialect, 'neutral');
    assert.equal(kept[0]?.body, JSON.stringify(request));
  });

  test('a call for vectors is not', () => {
    const { capture, kept } = fake();
    capture.under(configure('capture: { share: 1 }'))?.(call(read({ model: 'e', input: 'x' }, openaiEmbeddings)), null);
    assert.deepEqual(kept, []);
  });

  test('limits are those of the configuration in force', () => {
    const { capture, limits } = fake();
    capture.limit(configure('capture: {}'));
    capture.limit(configure('capture: { retention: 1h, max_size: 1MB }'));
    assert.deepEqual(limits, [
      { retentionMs: 30 * 86_400_000, maxBytes: 256 * 1024 ** 2 },
      { retentionMs: 3_600_000, maxBytes: 1024 ** 2 },
    ]);
  });

  test('whatever goes wrong is told and thrown at nobody', () => {
    const { capture, told } = fake(() => assert.fail('no thread'));
    capture.under(configure('capture: { share: 1 }'))?.(call(read(BODY)), null);
    assert.deepEqual(told, ['a call was not captured: no thread']);
  });
});
