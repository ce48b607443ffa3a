// Anthropic's batches say where their results are, with the host of the provider. Clients go there as they are told: it has to
// be the gateway, which knows the key they have.
import type { IncomingHttpHeaders } from 'node:http';
import { TierlineError } from '../../call/errors.ts';
import { scanJson } from '../../wire/json-scan.ts';
import { splice } from '../../wire/splice.ts';

const MAX_DEPTH = 512;

/** The address of a batch's results at the gateway, as this client reaches it. */
export function ownResultsUrl(headers: IncomingHttpHeaders, id: string): string {
  const said = firstOf(headers['x-forwarded-proto']);
  const host = firstOf(headers['x-forwarded-host']) ?? headers.host ?? 'localhost';
  return `${said === 'https' ? 'https' : 'http'}://${host}/v1/messages/batches/${id}/results`;
}

/** The object with the address of its results at the gateway; as it is when it names none. */
export function writeResultsUrl(body: Buffer, headers: IncomingHttpHeaders): Buffer {
  if (!body.includes('"results_url"')) return body;
  try {
    const top = scanJson(body, MAX_DEPTH);
    const [span, id] = [top.span('results_url'), top.string('id')];
    if (span === null || id === null || top.string('results_url') === null) return body;
    return splice(body, [{ ...span, text: JSON.stringify(ownResultsUrl(headers, id)) }]);
  } catch (error) {
    if (error instanceof TierlineError) return body;
    throw error;
  }
}

function firstOf(value: string | string[] | undefined): string | null {
  const text = Array.isArray(value) ? value[0] : value;
  return text?.split(',')[0]?.trim() || null;
}
