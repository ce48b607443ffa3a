// What an order for a batch says that is the gateway's business: the file it works on, and the task it is done for.
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { TierlineError } from '../../call/errors.ts';
import { isObject } from '../../call/json.ts';
import type { Policy } from '../../policy/policy.ts';
import { namedTask } from '../../policy/task-name.ts';
import { refuseAmbiguity, scanJson } from '../../wire/json-scan.ts';

export interface BatchOrder {
  inputFile: string;
  metadata: Readonly<Record<string, string>>;
}

/**
 * OpenAI's. The body is sent on as it is, so what two readers could understand in two ways is refused. Throws TierlineError
 * `invalid_json`, `too_deep`, `ambiguous_body`, `invalid_encoding` or `invalid_request`.
 */
export function readBatchOrder(body: Buffer, maxDepth: number): BatchOrder {
  const order = scanJson(body, maxDepth);
  refuseAmbiguity(order);
  if (!isUtf8(body)) throw new TierlineError('invalid_encoding', 'The body is not valid UTF-8.');
  const inputFile = order.string('input_file_id');
  if (inputFile === null)
    throw new TierlineError('invalid_request', 'input_file_id must be a string.', { param: 'input_file_id' });
  const metadata = order.value('metadata');
  const texts = isObject(metadata) ? Object.entries(metadata).filter(([, value]) => typeof value === 'string') : [];
  return { inputFile, metadata: Object.fromEntries(texts) as Record<string, string> };
}

/** The configured task that the order names, in a header or its metadata; null when it names none. */
export function taskOfBatch(
  policy: Policy,
  headers: IncomingHttpHeaders,
  metadata: BatchOrder['metadata'],
): string | null {
  const named = namedTask({ model: '', metadata }, { headers });
  return named !== null && policy.tasksByName.has(named.name) ? named.name : null;
}
