// A request that the simulated provider does not answer: the status and words that a real one would use.

interface RefusalDetails {
  /** The field at fault, in OpenAI's error bodies. */
  param?: string;
  /** OpenAI's machine-readable code. */
  code?: string;
  retryAfterSeconds?: number;
  /** The same to the millisecond: `retry-after-ms`, which OpenAI's clients look at first. */
  retryAfterMs?: number;
  /** Anthropic's `error.details.error_code`. */
  errorCode?: string;
}

export class Refusal extends Error {
  readonly status: number;
  readonly details: RefusalDetails;

  constructor(status: number, message: string, details: RefusalDetails = {}) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.details = details;
  }
}

/** A field of the body that is missing or has the wrong type. */
export function badField(param: string, expected: string): Refusal {
  return new Refusal(400, `${param}: expected ${expected}`, { param });
}
