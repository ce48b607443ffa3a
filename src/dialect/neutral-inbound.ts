// A request made in the same process, in the neutral form: nothing was parsed, so nothing has to be checked for bytes.
// Its caller is answered in the neutral wire.
import { sayAsks } from '../call/asks.ts';
import {
  countParts,
  firstExchangeOf,
  gatherText,
  hasAnswer,
  isInToolLoop,
  lastAsk,
  openingOf,
  signedBy,
} from './conversation.ts';
import type { Dialect } from './dialect.ts';
import type { Incoming } from './incoming.ts';
import { hasMarks } from './mark-prompt.ts';
import type { DialectName, NeutralRequest } from './neutral.ts';
import { neutralWire } from './neutral-wire.ts';

export interface NeutralCall {
  /** Model name as the caller wrote it. */
  model: string;
  request: NeutralRequest;
  metadata: Readonly<Record<string, string>>;
}

export class NeutralInbound implements Incoming {
  readonly dialect: Dialect = neutralWire;
  readonly model: string;
  readonly neutral: NeutralRequest;
  readonly metadata: Readonly<Record<string, string>>;
  readonly includeUsage = true;
  readonly runsLater = false;
  readonly kind = 'chat';
  readonly givenTokens = 0;
  private size: number | null = null;
  private words: string | null = null;

  constructor({ model, request, metadata }: NeutralCall) {
    this.model = model;
    this.neutral = request;
    this.metadata = metadata;
  }

  get stream(): boolean {
    return this.neutral.stream;
  }

  /** Of the request as JSON. */
  get bytes(): number {
    this.size ??= Buffer.byteLength(JSON.stringify(this.neutral));
    return this.size;
  }

  get text(): string {
    this.words ??= gatherText(this.neutral);
    return this.words;
  }

  get asks(): string {
    return sayAsks(this);
  }

  get listed(): number {
    return this.neutral.messages.length;
  }

  get messageCount(): number {
    return this.neutral.messages.length;
  }

  get hasTools(): boolean {
    return this.neutral.tools.length > 0;
  }

  get hasImages(): boolean {
    return this.imageCount > 0;
  }

  get hasSchema(): boolean {
    return this.neutral.format?.type === 'schema';
  }

  get hasDocuments(): boolean {
    return countParts(this.neutral, 'document') > 0;
  }

  get hasAudio(): boolean {
    return countParts(this.neutral, 'audio') > 0;
  }

  get wantsReasoning(): boolean {
    const { reasoning } = this.neutral;
    return reasoning !== undefined && reasoning.type !== 'off';
  }

  get imageCount(): number {
    return countParts(this.neutral, 'image');
  }

  get firstExchange(): string | null {
    return this.hasAnswer ? firstExchangeOf(this.neutral) : null;
  }

  get maxOutputTokens(): number | null {
    return this.neutral.maxTokens ?? null;
  }

  get hasCacheMarks(): boolean {
    return hasMarks(this.neutral);
  }

  get ask(): string {
    return lastAsk(this.neutral);
  }

  get opening(): string {
    return openingOf(this.neutral);
  }

  get hasAnswer(): boolean {
    return hasAnswer(this.neutral);
  }

  get isInToolLoop(): boolean {
    return isInToolLoop(this.neutral);
  }

  get signedBy(): DialectName | null {
    return signedBy(this.neutral);
  }
}
