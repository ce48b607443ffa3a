// `${NAME}` and `${NAME:-default}`: values from the environment. They are filled in after YAML has been parsed, so that
// a value can never become keys or structure, whatever it contains.

/** Quotes are left out of the default, so that a match never runs past the end of a quoted scalar. */
const PLACEHOLDER = /\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}'"\r\n]*)?\}/g;
const REFERENCE = /\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?/g;
const HIDDEN_FROM = 0xe000;

/**
 * The same text, character for character as long, in which braces and other signs of placeholders mean nothing to YAML:
 * `{ api_key: ${KEY} }` would otherwise be read as a map inside a map. ASCII moves to a private block of Unicode.
 */
export function hidePlaceholders(text: string): string {
  return text.replaceAll(PLACEHOLDER, (placeholder) => shift(placeholder, 0, 0x7f, HIDDEN_FROM));
}

/** Undoes hidePlaceholders for one scalar or key. */
export function showPlaceholders(text: string): string {
  return shift(text, HIDDEN_FROM, HIDDEN_FROM + 0x7f, -HIDDEN_FROM);
}

export interface Filled {
  text: string;
  /** What could not be filled in, one sentence each. */
  problems: string[];
  /** Values that came from the environment, by variable. */
  used: Map<string, string>;
}

/** Fills in the placeholders of one scalar. `$${` stands for a plain `${`. An empty variable counts as missing. */
export function fillPlaceholders(text: string, env: Readonly<Record<string, string | undefined>>): Filled {
  const filled: Filled = { text, problems: [], used: new Map() };
  filled.text = text.replaceAll(REFERENCE, (match, variable: string | undefined, fallback: string | undefined) => {
    if (match === '$${') return '${';
    if (variable === undefined) {
      filled.problems.push('has a ${ that names no variable; write $${ for a plain ${');
      return match;
    }
    const value = env[variable];
    if (value !== undefined && value !== '') {
      filled.used.set(variable, value);
      return value;
    }
    if (fallback !== undefined) return fallback;
    const state = value === undefined ? 'is not set' : 'is set but empty';
    filled.problems.push(`the environment variable ${variable} ${state}`);
    return match;
  });
  return filled;
}

function shift(text: string, from: number, to: number, by: number): string {
  let shifted = '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    shifted += code >= from && code <= to ? String.fromCharCode(code + by) : text.charAt(at);
  }
  return shifted;
}
