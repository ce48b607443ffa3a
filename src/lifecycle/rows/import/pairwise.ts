// Preferences: two models answered one request, and somebody said whose answer is better. The winner's outcome is 1, the loser's 0, of a tie
// both have 0.5, and where both were called bad, 0. That is a preference and not a verdict: a loser's answer may have been acceptable.
//
// The forms are those of Chatbot Arena's data (cards of the sets, looked up in November 2026): lmsys/chatbot_arena_conversations (April to
// June 2023) and lmarena-ai/arena-human-preference-140k (August 2025) with `model_a`, `model_b`, `conversation_a`, `conversation_b` and
// `winner`, which is model_a, model_b, tie, and `tie (bothbad)` or both_bad; lmsys/lmsys-arena-human-preference-55k and the competition
// of Kaggle (May 2024) with `prompt`, `response_a`, `response_b`, lists of texts as JSON, and `winner_model_a`, `winner_model_b`, `winner_tie`.
import type { JsonObject } from '../../../call/json.ts';
import type { LogRecord } from '../../audit/cutter.ts';
import { isTrue, textIn, timeIn, unfold } from '../../audit/loose.ts';
import type { OutcomeLine } from '../outcome-line.ts';
import { type Asked, readMessages, toAsked, toMessages } from './conversation.ts';
import { Imported, type ImportOptions } from './imported.ts';
import { readTextList } from './text-list.ts';

/** Takes one preference after the other. */
export class PairwiseImport {
  readonly imported: Imported;
  private readonly dataset: string;
  private readonly known = new Set<string>();

  constructor(options: ImportOptions) {
    this.dataset = options.dataset;
    this.imported = new Imported(options);
  }

  take({ line, value }: LogRecord): void {
    const { left } = this.imported;
    if (value === null) return left.add(null, 'cannot be read');
    const [a, b] = [textIn(value, 'model_a'), textIn(value, 'model_b')];
    if (a === null || b === null) return left.add(null, 'without `model_a` and `model_b`');
    this.known.add(a).add(b);
    if (a === b) return left.add(null, 'a model against itself');
    const scores = scoresOf(value, { a, b });
    if (scores === null) return left.add(null, 'without a winner');
    const sides = [sideOf(value, 'a'), sideOf(value, 'b')];
    const asked = sides[0] ?? null;
    if (asked === null) return left.add(null, 'without a turn of the user');
    const atMs = timeIn(value, 'tstamp', 'timestamp', 'at');
    this.imported.add({
      id: textIn(value, 'question_id', 'id') ?? `${this.dataset}:${line}`,
      prompt: asked.prompt,
      request: asked.request,
      ...(atMs === null ? {} : { at: new Date(atMs).toISOString() }),
      outcomes: new Map([a, b].map((model, index) => [model, outcomeOf(scores[index] ?? 0, sides[index] ?? null)])),
    });
  }

  /** Throws Error for a model that was named and never met. */
  end(): Imported {
    this.imported.check(this.known);
    return this.imported;
  }
}

function outcomeOf(score: number, side: Asked | null): OutcomeLine {
  const answer = side?.answer ?? null;
  return { score, ...(answer === null ? {} : { response: answer }) };
}

/** Of both; null when nobody said. */
function scoresOf(record: JsonObject, { a, b }: { a: string; b: string }): [number, number] | null {
  const winner = textIn(record, 'winner');
  if (winner === 'model_a' || winner === a || isTrue(flag(record, 'winner_model_a'))) return [1, 0];
  if (winner === 'model_b' || winner === b || isTrue(flag(record, 'winner_model_b'))) return [0, 1];
  if (winner !== null && /both[ _-]?bad/i.test(winner)) return [0, 0];
  return (winner !== null && /^tie\b/i.test(winner)) || isTrue(flag(record, 'winner_tie')) ? [0.5, 0.5] : null;
}

/** 1 and 1.0 are what tables write for yes. */
function flag(record: JsonObject, name: string): unknown {
  const value = record[name];
  return typeof value === 'number' || typeof value === 'string' ? String(Number(value) === 1 ? 1 : value) : value;
}

function sideOf(record: JsonObject, side: 'a' | 'b'): Asked | null {
  const conversation = unfold(record[`conversation_${side}`]);
  const messages = readMessages(conversation);
  if (messages !== null) return toAsked(messages);
  const prompts = textsOf(record['prompt']);
  return prompts === null ? null : toAsked(toMessages(prompts, textsOf(record[`response_${side}`]) ?? []));
}

function textsOf(value: unknown): string[] | null {
  if (typeof value === 'string') return readTextList(value) ?? [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : null;
}
