// A configuration that a program hands over as an object of tierline.yaml's shape. It is read like the file: placeholders
// are filled in, and messages have the secrets covered. What is handed over is copied, never changed.
import { fillPlaceholders } from './placeholders.ts';
import type { Path } from './problem.ts';
import { coverSecrets, isSecretAt } from './secret.ts';
import { type Environment, type Finding, type Source, valueSource } from './source.ts';

/** Members that are undefined count as left out. */
export function objectSource(value: unknown, env: Environment): Source {
  const reader = new ObjectReader(env);
  const read = reader.read(value, []);
  const { place } = valueSource(read);
  return {
    value: read,
    findings: reader.findings,
    place: (finding) => {
      const placed = place(finding);
      const { message, hint } = placed;
      return {
        ...placed,
        message: coverSecrets(message, reader.secrets),
        hint: hint === null ? null : coverSecrets(hint, reader.secrets),
      };
    },
  };
}

class ObjectReader {
  readonly findings: Finding[] = [];
  readonly secrets = new Set<string>();
  private readonly env: Environment;
  private readonly above = new Set<unknown>();

  constructor(env: Environment) {
    this.env = env;
  }

  read(value: unknown, path: Path): unknown {
    if (typeof value === 'string') return this.text(value, path);
    if (!Array.isArray(value) && !isPlain(value)) return value;
    if (this.above.has(value)) {
      this.findings.push({ path, at: 'value', message: 'holds itself' });
      return null;
    }
    this.above.add(value);
    const copy = Array.isArray(value)
      ? value.map((item, index) => this.read(item, [...path, index]))
      : this.members(value, path);
    this.above.delete(value);
    return copy;
  }

  private members(value: object, path: Path): object {
    const copy: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) {
      const inner = [...path, key];
      // Readers of the schema pass over this one in silence.
      if (key === '__proto__') this.findings.push({ path: inner, at: 'key', message: 'cannot be a name' });
      else if (member !== undefined) copy[key] = this.read(member, inner);
    }
    return copy;
  }

  private text(written: string, path: Path): string {
    const { text, problems, used } = fillPlaceholders(written, this.env);
    for (const message of problems) this.findings.push({ path, at: 'value', message });
    for (const [variable, value] of used) if (isSecretAt([variable], value)) this.secrets.add(value);
    if (isSecretAt(path, text) && problems.length === 0) this.secrets.add(text);
    return text;
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
