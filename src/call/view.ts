// The request as the policy sees it: derived lazily, because most calls need two fields of it.

/** Facts of one request that rules and guards may ask for. Reading a property may parse the body, once. */
export interface View {
  /** Model name as the client wrote it. */
  readonly model: string;
  readonly stream: boolean;
  /** Size of the request body. */
  readonly bytes: number;
  /** All text of system prompt and messages, joined by newlines. */
  readonly text: string;
  readonly messageCount: number;
  readonly hasTools: boolean;
  readonly hasImages: boolean;
  readonly hasSchema: boolean;
  /** String members of the body's `metadata`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly imageCount: number;
  /** The most tokens the client lets the model write; null when not said. */
  readonly maxOutputTokens: number | null;
}

/** Who asks, and how: the parts of the call outside the body. */
export interface Caller {
  tenant: string;
  /** URL path without query. */
  path: string;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
}
