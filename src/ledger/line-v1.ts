// Lines of the first release, which carried every field of a call. A journal that it left behind is still applied; nothing
// writes such lines any more.
import type { AttemptRow, CallRow } from '../call/row.ts';
import type { Usage } from '../call/usage.ts';

type Cell = string | number | null;

const PARTS = 5;
const HEAD_LENGTH = 34;
const ATTEMPT_LENGTH = 21;
const FIRST_TOKENS = 18;
const FIRST_ATTEMPT_TOKENS = 10;

/** Whether a line is of the first release. */
export const isFirstLine = (line: string): boolean => line.startsWith('[1,');

/** The row of a line without its newline; throws a sentence saying what is wrong with it. */
export function readFirstLine(line: string): CallRow {
  const parts = line.split('\t');
  if (parts.length !== PARTS) throw new Error('not a journal line');
  const [head, reasons, planned, losses, attempts] = parts.map((part): unknown => JSON.parse(part));
  if (!isCells(head) || head.length !== HEAD_LENGTH || typeof head[1] !== 'string') {
    throw new Error('a journal line without its fields');
  }
  if (!Array.isArray(attempts) || !attempts.every(isAttempt)) throw new Error('a journal line with broken attempts');
  // The cells hold what the first release was given, so the place alone decides the type.
  const cell = (place: number): never => head[place] as never;
  return {
    id: cell(1),
    atMs: cell(2),
    tenant: cell(3),
    task: cell(4),
    arm: null,
    session: cell(5),
    dialect: cell(6),
    stream: head[7] === 1,
    requestedModel: cell(8),
    asks: null,
    maxOutputTokens: null,
    messages: null,
    prediction: null,
    model: cell(9),
    tier: cell(10),
    provider: cell(11),
    responseModel: cell(12),
    reasons: reasons as CallRow['reasons'],
    planned: planned as string[],
    losses: losses as string[],
    status: cell(13),
    httpStatus: cell(14),
    errorCode: cell(15),
    finishReason: cell(16),
    escalated: head[17] === 1,
    usage: toUsageOrNull(head, FIRST_TOKENS),
    costNanoUsd: cell(26),
    costBasis: cell(27),
    baselineModel: cell(28),
    baselineNanoUsd: cell(29),
    baselineBasis: cell(30),
    latencyMs: cell(31),
    ttftMs: cell(32),
    decisionUs: cell(33),
    attempts: attempts.map(toAttempt),
  };
}

function toAttempt(cells: Cell[]): AttemptRow {
  const cell = (place: number): never => cells[place] as never;
  return {
    index: cell(0),
    model: cell(1),
    provider: cell(2),
    upstreamModel: cell(3),
    status: cell(4),
    httpStatus: cell(5),
    errorCode: cell(6),
    startMs: cell(7),
    latencyMs: cell(8),
    ttftMs: cell(9),
    usage: toUsageOrNull(cells, FIRST_ATTEMPT_TOKENS),
    costNanoUsd: cell(18),
    costBasis: cell(19),
    upstreamRequestId: cell(20),
    verdicts: null,
    stopped: null,
    expected: null,
  };
}

function toUsageOrNull(cells: Cell[], at: number): Usage | null {
  if (cells[at] === null) return null;
  const tokens = (place: number): number => cells[at + place] as number;
  return {
    inputTokens: tokens(0),
    cacheReadTokens: tokens(1),
    cacheWrite5mTokens: tokens(2),
    cacheWrite1hTokens: tokens(3),
    outputTokens: tokens(4),
    reasoningTokens: tokens(5),
    audioInputTokens: tokens(6),
    audioOutputTokens: tokens(7),
  };
}

function isAttempt(value: unknown): value is Cell[] {
  return isCells(value) && value.length === ATTEMPT_LENGTH && typeof value[0] === 'number';
}

function isCells(value: unknown): value is Cell[] {
  return Array.isArray(value) && value.every(isCell);
}

function isCell(value: unknown): value is Cell {
  return typeof value === 'string' || typeof value === 'number' || value === null;
}
