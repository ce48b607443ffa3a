// What both kinds of rows out of the ledger's notes have in common: calls whose answers somebody judged afterwards, brought together with
// their requests, where those were captured.
import type { AttemptRow, CallRow } from '../../call/row.ts';
import { totalInputTokens } from '../../call/usage.ts';
import { readCaptured } from '../../capture/read-captured.ts';
import type { Config } from '../../config/config.ts';
import type { RowLine } from '../../learn/rows/row.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { toCapturedRow } from './captured-row.ts';
import type { LeftOut } from './left-out.ts';
import type { OutcomeLine } from './outcome-line.ts';
import type { RowSource } from './sample-row.ts';
import type { SourcedRows } from './sourced-rows.ts';

export interface NotedSource {
  config: Config;
  ledger: LedgerReader;
  /** Folder of captured calls. */
  captured: string;
  /** Names of models; null: all that are configured. */
  models: readonly string[] | null;
}

/** A call with what is known of its answers, by model. */
export interface JudgedCall {
  /** By which a row is known: the id of the call, so that two sources that judge one call make one row. */
  key: string;
  id: string;
  outcomes: Readonly<Record<string, OutcomeLine>>;
  /** What the row says beside request and outcomes. */
  more?: Partial<RowLine>;
}

/** Of the calls whose requests were captured; the others are left out, each answer by its model. */
export async function notedRows(
  judged: readonly JudgedCall[],
  { task, source, captured, left }: { task: string; source: RowSource; captured: string; left: LeftOut },
): Promise<SourcedRows> {
  const byId = Map.groupBy(judged, ({ id }) => id);
  const rows = new Map<string, RowLine>();
  const unread = new Set<string>();
  for await (const call of readCaptured(captured, { task })) {
    const wanted = byId.get(call.id);
    if (wanted === undefined) continue;
    const row = toCapturedRow(call, source);
    if (row === null) unread.add(call.id);
    else for (const { key, outcomes, more } of wanted) rows.set(key, { ...row, ...more, outcomes: { ...outcomes } });
  }
  for (const { key, id, outcomes } of judged) {
    if (rows.has(key)) continue;
    const reason = unread.has(id) ? 'its request cannot be read' : 'its request was not captured';
    for (const model of Object.keys(outcomes)) left.add(model, reason);
  }
  return { rows, left: left.list(), unasked: new Map() };
}

/** The model whose answer is judged, if it is one whose outcomes count; else null, and why is told where somebody has asked for it. */
export function wantedModel(
  model: string | null,
  { source: { config, models }, left }: { source: NotedSource; left: LeftOut },
): string | null {
  if (model !== null && models?.includes(model) === false) return null;
  if (model !== null && config.models.has(model)) return model;
  left.add(model, model === null ? 'the call had no answer' : 'no longer configured');
  return null;
}

/** How good the answer of a call was, with what it needed and cost by itself, without what was tried before. */
export function answerOutcome(score: number, call: CallRow | null, model: string): OutcomeLine {
  const attempt = call?.attempts.findLast((one) => one.model === model && one.status === 'ok');
  return { score, ...(attempt === undefined ? {} : spentOn(attempt)) };
}

function spentOn({ usage, costNanoUsd }: AttemptRow): Omit<OutcomeLine, 'score'> {
  return {
    ...(usage === null
      ? {}
      : { input_tokens: totalInputTokens(usage), output_tokens: usage.outputTokens + usage.audioOutputTokens }),
    ...(costNanoUsd === null ? {} : { cost_usd: costNanoUsd / 1e9 }),
  };
}
