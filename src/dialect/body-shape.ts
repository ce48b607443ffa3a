// How the bodies of each dialect are laid out: which member holds the conversation, what is refused of it before anything is
// sent, and where the few facts lie that a planner asks for. Shapes only look at bytes; they never decode a request.
import { TierlineError } from '../call/errors.ts';
import type { CallKind } from '../call/view.ts';
import type { ElementCheck, ScannedObject } from '../wire/json-scan.ts';
import type { DialectName } from './neutral.ts';

const STRING = 0x22;
export const ARRAY = 0x5b;
const OBJECT = 0x7b;
const NULL = 0x6e;

export interface BodyShape {
  /** What a request of this shape asks for. */
  kind: CallKind;
  /** The member with the conversation. */
  list: string;
  checkElement: ElementCheck;
  /** Throws TierlineError `invalid_request` naming the member. `elements` counts those of the list. */
  checkList: (top: ScannedObject, elements: number) => void;
  /** Members that may ask for structured output. */
  formatKeys: readonly string[];
  /** Members that may ask for thinking. */
  reasoningKeys: readonly string[];
  maxTokensOf: (top: ScannedObject) => number | null;
  /** The member with labels of the client's own. */
  labels: 'metadata' | 'labels';
  /**
   * Whether the words Inbound looks for in the bytes (`"image`, `"assistant"`, `"tool`, `"signature"`) are those of this dialect;
   * without them every such question is answered by decoding.
   */
  hasHints: boolean;
}

const checkMessage: ElementCheck = (message, index) => {
  if (message === null) throw invalid(`messages[${index}]`, `messages[${index}] must be an object`);
  if (message.firstByte('role') !== STRING) {
    throw invalid(`messages[${index}].role`, `messages[${index}].role must be a string`);
  }
  const content = message.firstByte('content');
  if (content !== 0 && content !== STRING && content !== ARRAY && content !== NULL) {
    throw invalid(`messages[${index}].content`, `messages[${index}].content must be a string or an array of parts`);
  }
};

/** Chat completions and messages. */
const MESSAGES: BodyShape = {
  kind: 'chat',
  list: 'messages',
  checkElement: checkMessage,
  checkList: (top, elements) => requireList(top, 'messages', elements),
  formatKeys: ['response_format', 'output_format', 'output_config'],
  reasoningKeys: ['reasoning_effort', 'thinking', 'output_config'],
  maxTokensOf: (top) => numberIn(top, 'max_completion_tokens') ?? numberIn(top, 'max_tokens'),
  labels: 'metadata',
  hasHints: true,
};

/** What may stand in for the input of a response: the conversation, or the prompt, lies at the provider. */
const INPUT_ELSEWHERE = ['previous_response_id', 'conversation', 'prompt'];

const RESPONSES: BodyShape = {
  kind: 'chat',
  list: 'input',
  checkElement: (item, index) => {
    if (item === null) throw invalid(`input[${index}]`, `input[${index}] must be an object`);
  },
  checkList: (top, elements) => {
    const first = top.firstByte('input');
    if (first === STRING || (first === ARRAY && elements > 0)) return;
    if (first !== 0 && first !== NULL && first !== ARRAY)
      throw invalid('input', 'input must be a string or an array of items');
    if (INPUT_ELSEWHERE.every((key) => top.firstByte(key) === 0 || top.firstByte(key) === NULL))
      throw invalid('input', first === ARRAY ? 'input must not be empty' : 'input is missing');
  },
  formatKeys: ['text'],
  reasoningKeys: ['reasoning'],
  maxTokensOf: (top) => numberIn(top, 'max_output_tokens'),
  labels: 'metadata',
  hasHints: false,
};

const CONTENTS: BodyShape = {
  kind: 'chat',
  list: 'contents',
  checkElement: (content, index) => {
    if (content === null) throw invalid(`contents[${index}]`, `contents[${index}] must be an object`);
  },
  checkList: (top, elements) => {
    refuseTwoSpellings(top);
    // A single content in the place of the list is taken, as every Google API does with repeated fields.
    if (top.firstByte('contents') !== OBJECT) requireList(top, 'contents', elements);
  },
  formatKeys: ['generationConfig', 'generation_config'],
  reasoningKeys: ['generationConfig', 'generation_config'],
  maxTokensOf: (top) => {
    const config = top.value('generationConfig') ?? top.value('generation_config');
    const { maxOutputTokens, max_output_tokens } = (config ?? {}) as Record<string, unknown>;
    const bound = maxOutputTokens ?? max_output_tokens;
    return typeof bound === 'number' ? bound : null;
  },
  labels: 'labels',
  hasHints: false,
};

const EMBEDDINGS: BodyShape = {
  kind: 'embedding',
  list: 'input',
  checkElement: () => undefined,
  checkList: (top, elements) => {
    const first = top.firstByte('input');
    if (first === 0 || first === NULL) throw invalid('input', 'input is missing');
    if (first !== STRING && first !== ARRAY) throw invalid('input', 'input must be a string or an array');
    if (first === ARRAY && elements === 0) throw invalid('input', 'input must not be empty');
  },
  formatKeys: [],
  reasoningKeys: [],
  /** Vectors are not paid for by the token. */
  maxTokensOf: () => 0,
  labels: 'metadata',
  hasHints: false,
};

export function shapeOf(dialect: DialectName): BodyShape {
  switch (dialect) {
    case 'openai-responses':
      return RESPONSES;
    case 'openai-embeddings':
      return EMBEDDINGS;
    case 'gemini':
      return CONTENTS;
    default:
      return MESSAGES;
  }
}

export function checkStream(top: ScannedObject): void {
  const stream = top.firstByte('stream');
  if (stream !== 0 && stream !== 0x74 && stream !== 0x66 && stream !== NULL)
    throw invalid('stream', 'stream must be a boolean');
}

export function invalid(param: string, what: string): TierlineError {
  return new TierlineError('invalid_request', `${what}.`, { param });
}

function requireList(top: ScannedObject, key: string, elements: number): void {
  if (top.span(key) === null) throw invalid(key, `${key} is missing`);
  if (top.firstByte(key) !== ARRAY) throw invalid(key, `${key} must be an array`);
  if (elements === 0) throw invalid(key, `${key} must not be empty`);
}

/** Google reads both spellings of a name: with both there, guard and provider might read different ones. */
function refuseTwoSpellings(top: ScannedObject): void {
  const seen = new Set<string>();
  for (let index = 0; index < top.count; index++) {
    const key = top.keyAt(index);
    const folded = key.replaceAll('_', '').toLowerCase();
    if (seen.has(folded))
      throw new TierlineError('ambiguous_body', `The top-level key "${key}" appears in two spellings.`, { param: key });
    seen.add(folded);
  }
}

function numberIn(top: ScannedObject, key: string): number | null {
  const value = top.value(key);
  return typeof value === 'number' ? value : null;
}
