// Which requests may travel on a lane: calls that cost money, the gateway's one busy kind. A body is read there before its
// key is looked at, so a long one is only waited for when the key is known; node:http refuses the others before theirs.
import type { IncomingHttpHeaders } from 'node:http';
import type { Authenticate } from './auth.ts';
import type { LaneHead } from './lane-head.ts';

export interface LaneAdmission {
  authenticate: Authenticate;
  maxBodyBytes: number;
}

const CALL = /^(\/v1)?\/(chat\/completions|messages|responses|embeddings)(\?|$)/;
/** Bodies that anybody may send. */
const FREE_BYTES = 64 * 1024;

export function isLaneCall(head: LaneHead, { authenticate, maxBodyBytes }: LaneAdmission): boolean {
  if (!CALL.test(head.target) || head.bodyBytes > maxBodyBytes) return false;
  return head.bodyBytes <= FREE_BYTES || isKnown(head.headers, authenticate);
}

function isKnown(headers: IncomingHttpHeaders, authenticate: Authenticate): boolean {
  try {
    authenticate(headers);
    return true;
  } catch {
    return false;
  }
}
