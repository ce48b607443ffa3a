// Calls that the gateway kept with their content, as the planner saw them: nothing has to be guessed of such a call. A header that may not
// have been kept is not taken for absent.
import type { Caller, View } from '../../call/view.ts';
import type { CapturedCall } from '../../capture/captured-call.ts';
import { captureRules } from '../../capture/choose.ts';
import { READ_HEADERS } from '../../capture/headers.ts';
import { readCaptured } from '../../capture/read-captured.ts';
import type { Config } from '../../config/config.ts';
import { capturedView } from '../captured-view.ts';
import { NotRecorded } from './recorded-view.ts';

export interface CapturedRequests {
  requestOf: (id: string) => { view: View; caller: Caller } | null;
  count: number;
}

/** The requests in a folder of captured calls; none when it is not there. `config`: by whose rules headers were kept. */
export async function readRequests(
  folder: string,
  { config, sinceMs, task }: { config: Config; sinceMs?: number | undefined; task?: string | undefined },
): Promise<CapturedRequests> {
  const calls = new Map<string, CapturedCall>();
  for await (const call of readCaptured(folder, { sinceMs: sinceMs ?? null, task: task ?? null }))
    calls.set(call.id, call);
  const kept = new Set([...READ_HEADERS, ...(captureRules(config)?.headers ?? [])]);
  return {
    count: calls.size,
    requestOf: (id) => {
      const call = calls.get(id);
      const view = call === undefined ? null : capturedView(call);
      return call === undefined || view === null ? null : { view, caller: callerOf(call, kept) };
    },
  };
}

function callerOf({ tenant, path, headers }: CapturedCall, kept: ReadonlySet<string>): Caller {
  return {
    tenant,
    path,
    headers: new Proxy<Record<string, string | undefined>>(headers, {
      get: (own, name) => {
        if (typeof name === 'symbol' || name in own || kept.has(name)) return own[String(name)];
        throw new NotRecorded(`the header ${name}`);
      },
    }),
  };
}
