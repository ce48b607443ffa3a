// A request as it came in: bytes checked once, positions of its members known, everything else derived when asked for.
import { isUtf8 } from 'node:buffer';
import { hintAsks, sayAsks } from '../call/asks.ts';
import { TierlineError } from '../call/errors.ts';
import { isObject } from '../call/json.ts';
import type { CallKind } from '../call/view.ts';
import { type ElementCheck, refuseAmbiguity, type ScannedObject, scanJson } from '../wire/json-scan.ts';
import { ARRAY, type BodyShape, checkStream, invalid, shapeOf } from './body-shape.ts';
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
import { givenTokens, inputText, NO_CONVERSATION } from './embeddings-input.ts';
import { fileIdsIn } from './file-ids.ts';
import type { Incoming } from './incoming.ts';
import { hasMarks } from './mark-prompt.ts';
import type { NeutralRequest } from './neutral.ts';
import { holds } from './written.ts';

const NO_IDS: readonly string[] = [];

/** Model and kind of answer, where a dialect says them outside of the body. */
export interface NamedOutside {
  model: string;
  stream: boolean;
}

/** A checked request body in the caller's dialect; also the policy's view of it. */
export class Inbound implements Incoming {
  readonly dialect: Dialect;
  readonly body: Buffer;
  readonly top: ScannedObject;
  readonly model: string;
  readonly stream: boolean;
  readonly kind: CallKind;
  readonly listed: number;
  private readonly shape: BodyShape;
  /** Whether the content of any message is a list of parts; a plain text holds no pictures and no signatures. */
  private readonly hasParts: boolean;
  private neutralRequest: NeutralRequest | null = null;
  private strings: Record<string, string> | null = null;
  private texts: string | null = null;
  private images: number | null = null;

  private constructor(dialect: Dialect, body: Buffer, read: ReadBody) {
    const { top, shape, hasParts, elements, outside } = read;
    this.dialect = dialect;
    this.body = body;
    this.top = top;
    this.shape = shape;
    this.hasParts = hasParts;
    this.listed = elements;
    this.model = outside?.model ?? requireModel(top);
    this.kind = shape.kind;
    this.stream = outside?.stream ?? (shape.kind === 'chat' && top.isTrue('stream'));
  }

  /**
   * Throws TierlineError: the codes of `scanJson` and `refuseAmbiguity`, `invalid_encoding` for bytes that are not UTF-8, `invalid_request`
   * naming the field.
   */
  static read(dialect: Dialect, body: Buffer, maxDepth: number, outside: NamedOutside | null = null): Inbound {
    const shape = shapeOf(dialect.name);
    let elements = 0;
    let hasParts = false;
    const check: ElementCheck = (element, index) => {
      elements++;
      shape.checkElement(element, index);
      hasParts ||= element?.firstByte('content') === ARRAY;
    };
    const top = scanJson(body, maxDepth, { key: shape.list, each: check });
    refuseAmbiguity(top);
    if (!isUtf8(body)) throw new TierlineError('invalid_encoding', 'The body is not valid UTF-8.');
    const inbound = new Inbound(dialect, body, { top, shape, hasParts, elements, outside });
    shape.checkList(top, elements);
    if (outside === null) checkStream(top);
    return inbound;
  }

  get bytes(): number {
    return this.body.length;
  }

  /** The request in the neutral form, decoded once. */
  get neutral(): NeutralRequest {
    if (this.neutralRequest === null) {
      this.neutralRequest = this.dialect.decodeRequest(this.body);
      // The body may not say it.
      this.neutralRequest.stream = this.stream;
    }
    return this.neutralRequest;
  }

  /** The conversation; an empty one for a request that holds none. */
  private get said(): NeutralRequest {
    return this.kind === 'chat' ? this.neutral : NO_CONVERSATION;
  }

  /** Whether the client asked for usage inside an OpenAI stream. */
  get includeUsage(): boolean {
    if (this.dialect.name !== 'openai-chat') return true;
    const options = this.top.value('stream_options');
    return isObject(options) && options.include_usage === true;
  }

  get runsLater(): boolean {
    return this.dialect.name === 'openai-responses' && this.top.isTrue('background');
  }

  get choices(): number {
    const n = this.top.value('n');
    return typeof n === 'number' && n >= 1 ? n : 1;
  }

  get text(): string {
    this.texts ??= this.kind === 'chat' ? gatherText(this.neutral) : inputText(this.top);
    return this.texts;
  }

  get givenTokens(): number {
    return this.kind === 'chat' ? 0 : givenTokens(this.top);
  }

  get messageCount(): number {
    return this.said.messages.length;
  }

  get hasTools(): boolean {
    return this.top.firstByte('tools') === ARRAY && this.said.tools.length > 0;
  }

  get hasImages(): boolean {
    return this.imageCount > 0;
  }

  get hasSchema(): boolean {
    return this.says(this.shape.formatKeys) && this.said.format?.type === 'schema';
  }

  get hasDocuments(): boolean {
    return this.hasPart('"document"', '"file"') && countParts(this.said, 'document') > 0;
  }

  get hasAudio(): boolean {
    return this.hasPart('"input_audio"') && countParts(this.said, 'audio') > 0;
  }

  get wantsReasoning(): boolean {
    if (!this.says(this.shape.reasoningKeys)) return false;
    const { reasoning } = this.said;
    return reasoning !== undefined && reasoning.type !== 'off';
  }

  get imageCount(): number {
    this.images ??= this.hasPart('"image') ? countParts(this.said, 'image') : 0;
    return this.images;
  }

  /** The word alone, wherever it stands: whoever writes it knows of the cache. Behind escapes it has to be one. */
  get hasCacheMarks(): boolean {
    return holds(this.body, '"cache_control"') || (this.canHold('"cache_control"') && hasMarks(this.said));
  }

  get ask(): string {
    return lastAsk(this.said);
  }

  get opening(): string {
    return openingOf(this.said);
  }

  get firstExchange(): string | null {
    return this.hasAnswer ? firstExchangeOf(this.said) : null;
  }

  get hasAnswer(): boolean {
    return this.canHold('"assistant"') && hasAnswer(this.said);
  }

  get isInToolLoop(): boolean {
    return (this.canHold('"tool') || this.canHold('"function_call"')) && isInToolLoop(this.said);
  }

  get signedBy(): string | null {
    return this.hasPart('"signature"', '"redacted_thinking"') ? signedBy(this.said) : null;
  }

  /** Ids of files at the provider that the request refers to. */
  get fileIds(): readonly string[] {
    return this.isWritten('"file_id') ? fileIdsIn(this.body) : NO_IDS;
  }

  get asks(): string {
    if (this.kind === 'embedding') return '';
    if (this.neutralRequest !== null) return sayAsks(this);
    const { shape, top } = this;
    return hintAsks({
      hasTools: top.firstByte('tools') === ARRAY && !top.isEmpty('tools'),
      mayHaveSchema: this.says(shape.formatKeys),
      mayReason: this.says(shape.reasoningKeys),
      mayHaveParts: !shape.hasHints || this.hasParts,
    });
  }

  get maxOutputTokens(): number | null {
    return this.shape.maxTokensOf(this.top);
  }

  get metadata(): Readonly<Record<string, string>> {
    this.strings ??= readLabels(this.top, this.shape.labels);
    return this.strings;
  }

  /** Whether the body has one of these members. */
  private says(keys: readonly string[]): boolean {
    return keys.some((key) => this.top.firstByte(key) > 0);
  }

  /** False only when no message has a part with one of these words. */
  private hasPart(...words: string[]): boolean {
    if (!this.shape.hasHints) return true;
    return this.hasParts && words.some((word) => this.canHold(word));
  }

  /** False only when no decoding could find the word: looking at the bytes is a hundred times cheaper than parsing them. */
  private canHold(word: string): boolean {
    return !this.shape.hasHints || this.isWritten(word);
  }

  private isWritten(word: string): boolean {
    return this.top.hasHiddenWords || holds(this.body, word);
  }
}

interface ReadBody {
  top: ScannedObject;
  shape: BodyShape;
  hasParts: boolean;
  elements: number;
  outside: NamedOutside | null;
}

function requireModel(top: ScannedObject): string {
  const model = top.string('model');
  if (model === null)
    throw invalid('model', top.span('model') === null ? 'model is missing' : 'model must be a string');
  if (model === '') throw invalid('model', 'model must not be empty');
  return model;
}

function readLabels(top: ScannedObject, member: string): Record<string, string> {
  const metadata = top.firstByte(member) === 0x7b ? top.value(member) : null;
  const strings: Record<string, string> = Object.create(null) as Record<string, string>;
  if (!isObject(metadata)) return strings;
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value === 'string') strings[key] = value;
    else if (Array.isArray(value)) strings[key] = value.filter((item) => typeof item === 'string').join(',');
  }
  return strings;
}
