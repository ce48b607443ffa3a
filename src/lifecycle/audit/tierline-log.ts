// Tierline's own log: rows of a ledger, or what `tierline tail --json` prints. They hold no prompts, so the task is all
// there is to group by.
import { isObject, type JsonObject } from '../../call/json.ts';
import type { AttemptRow, CallRow } from '../../call/row.ts';
import { openLedgerReader } from '../../ledger/reader.ts';
import { type LogFormat, type LoggedCall, toCall } from './logged-call.ts';

const BATCH = 1000;

export const tierlineLog: LogFormat = {
  name: 'tierline',
  title: 'Tierline ledger',
  isMine: (record) => 'requestedModel' in record && 'attempts' in record && 'costNanoUsd' in record,
  read: (record) => (isCallRow(record) ? { call: fromRow(record) } : null),
};

/** Calls of a ledger file, oldest first. Throws a sentence when it is none. */
export function* readLedger(path: string): Generator<LoggedCall> {
  const reader = openLedgerReader(path);
  try {
    for (let last = -1; ; ) {
      const entries = reader.calls({ afterSeq: last, limit: BATCH });
      for (const { row } of entries) yield fromRow(row);
      if (entries.length < BATCH) return;
      last = entries.at(-1)?.seq ?? last;
    }
  } finally {
    reader.close();
  }
}

function isCallRow(record: JsonObject): record is JsonObject & CallRow {
  return (
    typeof record.id === 'string' &&
    typeof record.atMs === 'number' &&
    typeof record.status === 'string' &&
    Array.isArray(record.attempts) &&
    record.attempts.every((attempt) => isObject(attempt)) &&
    (record.usage === null || isObject(record.usage))
  );
}

function fromRow(row: CallRow): LoggedCall {
  const attempt = answering(row);
  const agent = row.task === null ? [row.requestedModel] : [];
  return toCall({
    id: row.id,
    atMs: row.atMs,
    kind: row.dialect === 'openai-embeddings' ? 'embedding' : 'chat',
    model: attempt?.upstreamModel ?? row.responseModel ?? row.model ?? row.requestedModel,
    provider: attempt?.provider ?? row.provider,
    task: row.task,
    hints: agent,
    usage: row.usage,
    costNanoUsd: row.costNanoUsd,
    latencyMs: row.latencyMs,
    isError: row.status === 'error',
  });
}

function answering({ attempts, model }: CallRow): AttemptRow | undefined {
  return attempts.findLast((attempt) => attempt.model === model) ?? attempts.at(-1);
}
