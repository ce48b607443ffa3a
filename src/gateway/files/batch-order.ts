// What an order for a batch says that is the gateway's business: the file it works on, and the task it is done for.
import type { IncomingHttpHeaders } from 'node:http';
import { TierlineError } from '../../call/errors.ts';
import { isObject, type JsonObject } from '../../call/json.ts';
import type { Policy } from '../../policy/policy.ts';
import { namedTask } from '../../policy/task-name.ts';

export interface BatchOrder {
  inputFile: string;
  metadata: Readonly<Record<string, string>>;
}

/** OpenAI's. Throws TierlineError `invalid_json` or `invalid_request`. */
export function readBatchOrder(body: Buffer): BatchOrder {
  const order = parse(body);
  const { input_file_id: inputFile, metadata } = order;
  if (typeof inputFile !== 'string')
    throw new TierlineError('invalid_request', 'input_file_id must be a string.', { param: 'input_file_id' });
  const texts = isObject(metadata) ? Object.entries(metadata).filter(([, value]) => typeof value === 'string') : [];
  return { inputFile, metadata: Object.fromEntries(texts) as Record<string, string> };
}

function parse(body: Buffer): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new TierlineError('invalid_json', undefined, { cause });
  }
  if (!isObject(value)) throw new TierlineError('invalid_request', 'The body must be a JSON object.');
  return value;
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
