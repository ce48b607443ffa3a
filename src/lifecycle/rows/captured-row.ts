// The request of a call that was captured, as a row without outcomes. Its answer was never kept, so its outcomes have no text.
import type { View } from '../../call/view.ts';
import type { CapturedCall } from '../../capture/captured-call.ts';
import type { NeutralRequest } from '../../dialect/neutral.ts';
import { NeutralInbound } from '../../dialect/neutral-inbound.ts';
import type { RowLine } from '../../learn/rows/row.ts';
import { capturedView } from '../captured-view.ts';
import { type RowSource, requestOf } from './sample-row.ts';

/** Null for a call that cannot be read any more. */
export function toCapturedRow(call: CapturedCall, source: RowSource): RowLine | null {
  const view = call.dialect === 'neutral' ? neutralView(call) : capturedView(call);
  if (view === null) return null;
  const { id, task, at } = call;
  return { id, task, ...requestOf(view), weight: 1, at, source, outcomes: {} };
}

/** A call of the AI SDK in the same process, which is kept in the neutral form. */
function neutralView({ model, body }: CapturedCall): View {
  return new NeutralInbound({ model, request: body as unknown as NeutralRequest, metadata: {} });
}
