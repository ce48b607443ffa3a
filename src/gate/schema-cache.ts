// Checks for schemas that come with requests. Compiling one takes milliseconds, so the latest are kept, those that cannot
// be compiled too: a client that sends a bad schema again and again must not cost more than the first time.
import { type CompiledSchema, SchemaCompiler } from './schema-check.ts';

export interface SchemaCacheOptions {
  /** Schemas that are kept; the one that has not been used for longest goes. */
  entries?: number;
  /** Longest schema text that is compiled at all, in characters. */
  maxLength?: number;
}

export class SchemaCache {
  private readonly compiler = new SchemaCompiler('client');
  private readonly compiled = new Map<string, CompiledSchema>();
  private readonly entries: number;
  private readonly maxLength: number;

  constructor({ entries = 256, maxLength = 65_536 }: SchemaCacheOptions = {}) {
    this.entries = entries;
    this.maxLength = maxLength;
  }

  get(schema: object): CompiledSchema {
    const text = JSON.stringify(schema);
    if (text.length > this.maxLength) return { ok: false, problem: `is longer than ${this.maxLength} characters` };
    const known = this.compiled.get(text);
    if (known !== undefined) {
      // A map keeps the order of insertion: the least recently used is the first.
      this.compiled.delete(text);
      this.compiled.set(text, known);
      return known;
    }
    const fresh = this.compiler.compile(schema);
    this.compiled.set(text, fresh);
    if (this.compiled.size > this.entries) this.compiled.delete(this.compiled.keys().next().value ?? '');
    return fresh;
  }
}
