// The request as the policy sees it: derived lazily, because most calls need two fields of it.

/** What a call asks for, and what a model is made for. */
export type CallKind = 'chat' | 'embedding';

/** Facts of one request that rules and guards may ask for. Reading a property may parse the body, once. */
export interface View {
  /** Model name as the client wrote it. */
  readonly model: string;
  readonly stream: boolean;
  /** What the client speaks; left out for a call that is looked back on. */
  readonly dialect?: { readonly name: string };
  /** Whether it asks for an answer or for vectors. */
  readonly kind: CallKind;
  /** Size of the request body. */
  readonly bytes: number;
  /** All text of system prompt and messages, joined by newlines. */
  readonly text: string;
  /**
   * All input in a model's own tokens (null: in those of no vocabulary in particular), where it has been counted before, as for a call
   * that is looked back on; it then stands in for counting `text`.
   */
  readonly tokensOf?: (model: string | null) => number;
  /** Input that came as tokens and not as text. */
  readonly givenTokens: number;
  readonly messageCount: number;
  readonly hasTools: boolean;
  readonly hasImages: boolean;
  readonly hasSchema: boolean;
  /** String members of the body's `metadata`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly imageCount: number;
  readonly hasDocuments: boolean;
  readonly hasAudio: boolean;
  /** Whether the client asks the model to think. */
  readonly wantsReasoning: boolean;
  /** The most tokens the client lets the model write; null when not said. */
  readonly maxOutputTokens: number | null;
  /** Whether the client marks parts of its prompt for the provider's cache itself. */
  readonly hasCacheMarks: boolean;
  /** Text of the last turn of the user. */
  readonly ask: string;
  /**
   * What every turn of one conversation begins with: the text of system prompt and messages up to the first user message.
   * Dates, times and ids in the instructions, which change from turn to turn, are left out.
   */
  readonly opening: string;
  /** First user message and first answer, by which two conversations that begin alike differ; null before the first answer. */
  readonly firstExchange: string | null;
  /** Whether the conversation already holds an answer of a model. */
  readonly hasAnswer: boolean;
  /** Whether a model is waiting for tool results, or has just been given them. */
  readonly isInToolLoop: boolean;
  /** The dialect whose signed blocks (thinking, encrypted reasoning) the conversation holds; null when there are none. */
  readonly signedBy: string | null;
}

/** Who asks, and how: the parts of the call outside the body. */
export interface Caller {
  tenant: string;
  /** URL path without query. */
  path: string;
  /** The configured provider that holds what the request goes on from, when it is one; nobody else can answer it. */
  heldBy?: string | null;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
}
