// Alerts as signed webhooks (Standard Webhooks 1.0.0, https://www.standardwebhooks.com): the id stays the same for every
// try, the timestamp is that of the try. The secret must never leave this file but as a signature.
import { createHmac } from 'node:crypto';
import { toMessage } from './message.ts';
import { type PostParts, postJson } from './post.ts';
import type { Sink } from './sink.ts';

export interface WebhookPlace {
  /** http or https. */
  url: string;
  /** `whsec_` and the base64 of the key, or the key as text; null sends without a signature. */
  secret: string | null;
}

export function createWebhookSink({ url, secret }: WebhookPlace, parts: PostParts): Sink {
  const key = secret === null ? null : keyOf(secret);
  return {
    name: `webhook ${new URL(url).host}`,
    send: async (notice, signal) => {
      const body = JSON.stringify(toMessage(notice));
      const timestamp = String(Math.floor(parts.now() / 1000));
      const signature = key === null ? null : signWebhook(key, { id: notice.id, timestamp, body });
      const headers = {
        'webhook-id': notice.id,
        'webhook-timestamp': timestamp,
        ...(signature === null ? {} : { 'webhook-signature': signature }),
      };
      await postJson({ url, body, headers, signal }, parts);
    },
  };
}

/** The bytes that a secret stands for. */
export function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret, 'utf8');
}

/** `v1,` and the base64 of HMAC-SHA256 over id, timestamp (seconds since 1970) and body, with dots between. */
export function signWebhook(
  key: Buffer,
  { id, timestamp, body }: { id: string; timestamp: string; body: string },
): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}
