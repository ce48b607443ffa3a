// A request as router and carriages see it, whatever it came as: bytes off the wire, or an object of the same process.
import type { View } from '../call/view.ts';
import type { Dialect } from './dialect.ts';
import type { NeutralRequest } from './neutral.ts';

export interface Incoming extends View {
  /** What the caller speaks, and is answered in. */
  readonly dialect: Dialect;
  readonly neutral: NeutralRequest;
  /** What it asks for beside its text, in the words of a row; nothing is decoded to tell. */
  readonly asks: string;
  /** Entries of the list that holds the conversation, as they were sent. */
  readonly listed: number;
  /** Whether the caller wants usage inside a stream. */
  readonly includeUsage: boolean;
  /** Whether the answer only says that there will be one: a response that runs in the background. */
  readonly runsLater: boolean;
}
