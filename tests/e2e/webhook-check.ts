// How a receiver checks a webhook by the Standard Webhooks specification (standardwebhooks.com, 2024): written from the specification.
import assert from 'node:assert/strict';
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export class Webhook {
  private readonly secret: string;

  constructor(secret: string) {
    this.secret = secret;
  }

  /** The message; fails where nobody who knows the secret has sent it. */
  verify({ headers, body }: { headers: IncomingHttpHeaders; body: string }): unknown {
    const id = String(headers['webhook-id']);
    const timestamp = String(headers['webhook-timestamp']);
    assert.ok(Math.abs(Date.now() / 1000 - Number(timestamp)) < 300, 'it is of now');
    const right = createHmac('sha256', this.secret).update(`${id}.${timestamp}.${body}`).digest();
    const signatures = String(headers['webhook-signature']).split(' ');
    const isSigned = signatures.some((signature) => {
      const [version, text = ''] = signature.split(',');
      const given = Buffer.from(text, 'base64');
      return version === 'v1' && given.length === right.length && timingSafeEqual(given, right);
    });
    assert.ok(isSigned, 'the signature is right');
    return JSON.parse(body);
  }
}
