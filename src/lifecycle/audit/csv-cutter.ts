// Cuts CSV into records while it is read (RFC 4180, with line breaks inside of quotes): the first row names the members, every
// value is a text. A row with more or fewer fields than names is unreadable.
import { StringDecoder } from 'node:string_decoder';
import type { JsonObject } from '../../call/json.ts';
import type { Cutter, Take } from './cutter.ts';

const DELIMITERS = [',', ';', '\t'];

export function createCsvCutter(take: Take): Cutter {
  return new CsvCutter(take);
}

class CsvCutter implements Cutter {
  private readonly take: Take;
  private readonly decoder = new StringDecoder('utf8');
  private names: string[] | null = null;
  private delimiter = ',';
  private fields: string[] = [];
  private field = '';
  private isQuoted = false;
  /** The last character was a quote inside of quotes: the end of the field, or half of a pair. */
  private sawQuote = false;
  /** How much of the field stood in quotes. */
  private quotedLength = 0;
  private line = 1;
  private beganAt = 1;
  private rest = '';

  constructor(take: Take) {
    this.take = take;
  }

  push(chunk: Buffer): void {
    let text = this.decoder.write(chunk);
    if (this.names === null && this.fields.length === 0 && this.field === '') {
      // The delimiter is told by the whole first line.
      this.rest += text;
      if (!this.rest.includes('\n')) return;
      text = this.rest.replace(/^\uFEFF/, '');
      this.rest = '';
      this.delimiter = delimiterOf(text.slice(0, text.indexOf('\n')));
    }
    this.read(text);
  }

  end(): void {
    if (this.rest !== '') this.read(this.rest);
    if (this.field !== '' || this.fields.length > 0) this.endRow();
  }

  private read(text: string): void {
    const stop = new RegExp(`[${this.delimiter}\\n"]`, 'g');
    let at = 0;
    while (at < text.length) {
      if (this.isQuoted) at = this.quoted(text, at);
      else {
        stop.lastIndex = at;
        const found = stop.exec(text);
        const end = found?.index ?? text.length;
        this.field += text.slice(at, end);
        at = end + 1;
        if (found === null) return;
        if (found[0] === '"') this.open();
        else if (found[0] === '\n') this.endRow();
        else this.endField();
      }
    }
  }

  /** A quote opens a field, or goes on with one in which two stood together. */
  private open(): void {
    if (this.sawQuote) this.field += '"';
    this.sawQuote = false;
    this.isQuoted = true;
  }

  private quoted(text: string, from: number): number {
    const close = text.indexOf('"', from);
    const end = close < 0 ? text.length : close;
    const piece = text.slice(from, end);
    this.field += piece;
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', at + 1)) this.line++;
    if (close < 0) return end;
    this.isQuoted = false;
    this.sawQuote = true;
    this.quotedLength = this.field.length;
    return close + 1;
  }

  private endField(): void {
    this.fields.push(this.field);
    this.field = '';
    this.sawQuote = false;
    this.quotedLength = 0;
  }

  private endRow(): void {
    if (this.field.endsWith('\r') && this.field.length > this.quotedLength) this.field = this.field.slice(0, -1);
    this.endField();
    const row = this.fields;
    const line = this.beganAt;
    this.fields = [];
    this.line++;
    this.beganAt = this.line;
    if (row.length === 1 && row[0] === '') return;
    if (this.names === null) this.names = row.map((name) => name.trim());
    else this.take({ line, value: toRecord(this.names, row) });
  }
}

function delimiterOf(line: string): string {
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

function toRecord(names: readonly string[], row: readonly string[]): JsonObject | null {
  if (row.length !== names.length) return null;
  return Object.fromEntries(names.map((name, index) => [name, row[index] as string]));
}
