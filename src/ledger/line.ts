// A call as one line of the journal: JSON texts divided by tabs (JSON never contains a bare tab or newline).
// Head, reasons, planned, losses, attempts: the middle three go into SQLite as they are and are never parsed here.
import type { AttemptRow, CallRow } from '../call/row.ts';
import { ATTEMPT_COLUMNS, CALL_COLUMNS } from './schema.ts';

/** What a column of the ledger holds. */
export type Cell = string | number | null;

/** A line as cells in the order of `CALL_COLUMNS` and, per attempt, of `ATTEMPT_COLUMNS`. */
export interface DecodedLine {
  call: Cell[];
  attempts: Cell[][];
}

/** First element of every head. A release that changes the line's layout counts it up and still reads the older ones. */
const LINE_VERSION = 1;
const JSON_COLUMNS = 3;
const HEAD_LENGTH = 1 + CALL_COLUMNS.length - JSON_COLUMNS;

/**
 * The line for a row, newline included. A number that is not finite, or a member that is missing, becomes null.
 * Arrays of plain values through JSON.stringify: measured at little more than half the time of a template of fields.
 */
export function encodeLine(row: CallRow): string {
  const head = JSON.stringify([
    LINE_VERSION,
    row.id,
    row.atMs,
    row.tenant,
    row.task,
    row.session,
    row.dialect,
    row.stream ? 1 : 0,
    row.requestedModel,
    row.model,
    row.tier,
    row.provider,
    row.responseModel,
    row.status,
    row.httpStatus,
    row.errorCode,
    row.finishReason,
    row.escalated ? 1 : 0,
    row.usage?.inputTokens,
    row.usage?.cacheReadTokens,
    row.usage?.cacheWrite5mTokens,
    row.usage?.cacheWrite1hTokens,
    row.usage?.outputTokens,
    row.usage?.reasoningTokens,
    row.usage?.audioInputTokens,
    row.usage?.audioOutputTokens,
    row.costNanoUsd,
    row.costBasis,
    row.baselineModel,
    row.baselineNanoUsd,
    row.baselineBasis,
    row.latencyMs,
    row.ttftMs,
    row.decisionUs,
  ]);
  const attempts = JSON.stringify(row.attempts.map(toCells));
  return `${head}\t${JSON.stringify(row.reasons)}\t${JSON.stringify(row.planned)}\t${JSON.stringify(row.losses)}\t${attempts}\n`;
}

/** Reads a line without its newline; throws a sentence saying what is wrong with it. */
export function decodeLine(line: string): DecodedLine {
  const parts = line.split('\t');
  if (parts.length !== JSON_COLUMNS + 2) throw new Error('not a journal line');
  const [head, reasons, planned, losses, tail] = parts as [string, string, string, string, string];
  const call: unknown = JSON.parse(head);
  const attempts: unknown = JSON.parse(tail);
  if (!isCells(call) || call[0] !== LINE_VERSION) throw new Error('a journal line of another version');
  if (call.length !== HEAD_LENGTH || typeof call[1] !== 'string') throw new Error('a journal line without its fields');
  if (!Array.isArray(attempts) || !attempts.every(isAttempt)) throw new Error('a journal line with broken attempts');
  call.shift();
  call.push(reasons, planned, losses);
  return { call, attempts };
}

function toCells(attempt: AttemptRow): unknown[] {
  return [
    attempt.index,
    attempt.model,
    attempt.provider,
    attempt.upstreamModel,
    attempt.status,
    attempt.httpStatus,
    attempt.errorCode,
    attempt.startMs,
    attempt.latencyMs,
    attempt.ttftMs,
    attempt.usage?.inputTokens,
    attempt.usage?.cacheReadTokens,
    attempt.usage?.cacheWrite5mTokens,
    attempt.usage?.cacheWrite1hTokens,
    attempt.usage?.outputTokens,
    attempt.usage?.reasoningTokens,
    attempt.usage?.audioInputTokens,
    attempt.usage?.audioOutputTokens,
    attempt.costNanoUsd,
    attempt.costBasis,
    attempt.upstreamRequestId,
  ];
}

function isAttempt(value: unknown): value is Cell[] {
  return isCells(value) && value.length === ATTEMPT_COLUMNS.length && typeof value[0] === 'number';
}

function isCells(value: unknown): value is Cell[] {
  return Array.isArray(value) && value.every(isCell);
}

function isCell(value: unknown): value is Cell {
  return typeof value === 'string' || typeof value === 'number' || value === null;
}
