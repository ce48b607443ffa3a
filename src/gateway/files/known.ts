// What is remembered beside an id: of a batch its task and time, of a file the batch it is the result of, and of either whether
// its results have all been priced. As JSON in the store of objects; a member that is not there is not known.
import { parseObject } from '../../call/json.ts';
import type { BoundObject, ObjectStore } from '../../objects/object-store.ts';

export interface Known {
  task?: string | null;
  /** When the batch was made, milliseconds since 1970. */
  createdMs?: number;
  /** The batch whose results the file holds. */
  batch?: string;
  /** Every line has its row. */
  isPriced?: boolean;
}

export function readKnown({ json }: Pick<BoundObject, 'json'>): Known {
  return json === null ? {} : (parseObject(json) ?? {});
}

/** Adds to what is known of an object that is still there. */
export function addKnown(objects: ObjectStore, { kind, id, tenant }: BoundObject, more: Known): void {
  const bound = objects.find(kind, id, tenant);
  if (bound === null) return;
  objects.bind({ kind, id, tenant, provider: bound.provider, json: JSON.stringify({ ...readKnown(bound), ...more }) });
}
