// Keeps a share of the calls with their content, for samples and simulation: chosen by their ids, after they have been answered, written by
// a thread of its own. Without `capture` in the configuration there is no thread, no folder and nothing on the way of a call.
import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '../config/config.ts';
import { Inbound } from '../dialect/inbound.ts';
import type { Incoming } from '../dialect/incoming.ts';
import { type CaptureRules, captureRules, isCaptured, keptHeaders } from './choose.ts';
import { type CaptureThread, startCaptureThread } from './thread.ts';

/** What is kept of a call that has been answered. */
export interface AnsweredCall {
  id: string;
  atMs: number;
  tenant: string;
  path: string;
  headers: IncomingHttpHeaders;
  inbound: Incoming;
}

export type CaptureCall = (call: AnsweredCall, task: string | null) => void;

export interface Capture {
  /** What a configuration has captured; null for nothing. */
  under: (config: Config) => CaptureCall | null;
  /** Puts the limits of a configuration in force; starts the thread where there is something to keep or to delete. */
  limit: (config: Config) => void;
  close: () => Promise<void>;
}

/** Beside the ledger's file. */
export function capturedFolder(ledgerPath: string): string {
  return `${ledgerPath}.captured`;
}

export function createCapture(
  ledgerPath: string,
  warn: (sentence: string) => void,
  startThread: typeof startCaptureThread = startCaptureThread,
): Capture {
  let thread: CaptureThread | null = null;
  const started = (): CaptureThread => (thread ??= startThread({ folder: capturedFolder(ledgerPath), warn }));
  return {
    under: (config) => {
      const rules = captureRules(config);
      if (rules === null) return null;
      return (call, task) => {
        const { id, tenant, inbound } = call;
        if (inbound.kind !== 'chat' || !isCaptured(rules, { id, tenant, task })) return;
        try {
          started().keep(...toKept(call, task, rules));
        } catch (error) {
          // The call has been answered: nothing that happens here is its concern.
          warn(`a call was not captured: ${error instanceof Error ? error.message : String(error)}`);
        }
      };
    },
    limit: ({ capture }) => {
      if (capture !== null) started().limit({ retentionMs: capture.retentionMs, maxBytes: capture.maxBytes });
    },
    close: () => thread?.stop() ?? Promise.resolve(),
  };
}

function toKept(
  { id, atMs, tenant, path, headers, inbound }: AnsweredCall,
  task: string | null,
  rules: CaptureRules,
): Parameters<CaptureThread['keep']> {
  const { dialect, model, stream } = inbound;
  const at = new Date(atMs).toISOString();
  const kept = { headers: keptHeaders(rules, headers), masked: rules.isMasked };
  const body = inbound instanceof Inbound ? inbound.body : Buffer.from(JSON.stringify(inbound.neutral));
  return [{ id, at, tenant, task, path, dialect: dialect.name, model, stream, ...kept }, body];
}
