// What a request refers to outside of itself, files and earlier responses, decides where it may go: looked up before it is
// planned, so that everything behind sees a request like any other.

import type { Answered } from '../call-client.ts';
import type { Inbound } from '../dialect/inbound.ts';
import { openaiResponses } from '../dialect/openai-responses.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { holderOfFiles, oneHolder } from './files/referred.ts';
import type { KeptResponses, ResponseLimits } from './kept-responses.ts';

interface Stores {
  readonly objects: ObjectStore;
  readonly responses: KeptResponses;
  readonly onInternalError: (error: unknown, requestId: string) => void;
}

export interface Prepared {
  inbound: Inbound;
  heldBy: string | null;
  onAnswered?: (answered: Answered) => void;
}

/**
 * A response may go on from an earlier one, and be gone on from; an answer that cannot be kept is given all the same. Throws
 * TierlineError for what the tenant does not have.
 */
export function prepare(
  { objects, responses, onInternalError }: Stores,
  read: Inbound,
  { id, tenant, limits }: { id: string; tenant: string; limits: ResponseLimits },
): Prepared {
  const files = holderOfFiles(objects, read, tenant);
  if (read.dialect !== openaiResponses) return { inbound: read, heldBy: files };
  const { inbound, heldBy } = responses.open(read, tenant, limits);
  const onAnswered = (answered: Answered): void => {
    try {
      responses.keep(inbound, tenant, answered);
    } catch (error) {
      onInternalError(error, id);
    }
  };
  return { inbound, heldBy: oneHolder(heldBy, files), onAnswered };
}
