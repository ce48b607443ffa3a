// What the cutters of logs have in common: records go out one by one while bytes come in.
import { isObject, type JsonObject } from '../../call/json.ts';

/** `value` is null for what could not be read. */
export interface LogRecord {
  /** Where it begins, from 1. */
  line: number;
  value: JsonObject | null;
}

export interface Cutter {
  push: (chunk: Buffer) => void;
  end: () => void;
}

export type Take = (record: LogRecord) => void;

/** The object that a text is, with a comma after it or without; null for anything else. */
export function parseRecord(text: string): JsonObject | null {
  try {
    const trimmed = text.trimEnd();
    const value: unknown = JSON.parse(trimmed.endsWith(',') ? trimmed.slice(0, -1) : trimmed);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
