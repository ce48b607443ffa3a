// Where the cost goes in a usage object that stays as the provider wrote it. Must never leave two members `cost` behind.
import { formatUsd, type NanoUsd } from '../call/money.ts';
import { type Span, scanJson } from '../wire/json-scan.ts';
import type { Edit } from '../wire/splice.ts';

const MAX_USAGE_DEPTH = 512;

/** Writes `"cost": dollars` at the end of the object at `usage`, or in place of the cost that a reseller put there. */
export function costEdit(json: Buffer, usage: Span, cost: NanoUsd): Edit {
  const dollars = formatUsd(cost);
  const object = json.subarray(usage.start, usage.end);
  const own = object.includes('"cost"') ? scanJson(object, MAX_USAGE_DEPTH).span('cost') : null;
  if (own !== null) return { start: usage.start + own.start, end: usage.start + own.end, text: dollars };
  const at = usage.end - 1;
  return { start: at, end: at, text: `${isEmpty(object) ? '' : ','}"cost":${dollars}` };
}

/** Whether only white space stands between the braces. */
function isEmpty(object: Buffer): boolean {
  for (let at = 1; at < object.length - 1; at++) if ((object[at] as number) > 0x20) return false;
  return true;
}
