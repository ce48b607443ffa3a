// Files that a request refers to. They belong to the tenant that made them like everything else; those that no tenant made here
// are the operator's own, for everybody who has a key.
import { TierlineError } from '../../call/errors.ts';
import type { Inbound } from '../../dialect/inbound.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import { objectNotFound } from './order.ts';

/**
 * The provider where the files of a request lie; null when it refers to none that was made here. Throws TierlineError `not_found`
 * for another tenant's, and `unsupported` for files that do not lie together.
 */
export function holderOfFiles(
  objects: ObjectStore,
  { fileIds }: Pick<Inbound, 'fileIds'>,
  tenant: string,
): string | null {
  let holder: string | null = null;
  for (const id of fileIds) {
    const own = objects.find('file', id, tenant);
    if (own === null && objects.isForeign('file', id, tenant)) throw objectNotFound({ kind: 'file', id }, 'file_id');
    if (own !== null) holder = oneHolder(holder, own.provider);
  }
  return holder;
}

/** Throws TierlineError `unsupported` when a request needs two providers at once. */
export function oneHolder(one: string | null, other: string | null): string | null {
  if (one === null || other === null || one === other) return one ?? other;
  throw new TierlineError('unsupported', `The request refers to what lies at ${one} and to what lies at ${other}.`);
}
