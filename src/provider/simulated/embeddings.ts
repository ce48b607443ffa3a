// `POST /v1/embeddings` of the simulated provider: unit vectors that depend on the text alone. Texts with words in common
// lie near each other, so that a search over them finds something; more they do not know.
import type { Json, JsonObject } from '../../call/json.ts';
import { createDraw } from './draw.ts';
import { readCount, readString } from './read-field.ts';
import { badField, Refusal } from './refusal.ts';
import { countTokens } from './tokens.ts';

/** The one model that makes vectors. */
export const EMBEDDING_MODEL = {
  name: 'sim-embed',
  usdPerMillion: { input: 0.02 },
  /** Tokens of one text. */
  contextWindow: 8_192,
} as const;

/** Length of a vector when the request asks for none. */
const DIMENSIONS = 256;
const MAX_DIMENSIONS = 4_096;
const MAX_INPUTS = 2_048;

/** The reply to a request. Throws Refusal (400, 404). */
export function embed(body: JsonObject): { reply: JsonObject; tokens: number } {
  const model = readString(body.model, 'model');
  if (model !== EMBEDDING_MODEL.name) {
    throw new Refusal(404, `The model \`${model}\` makes no embeddings.`, { code: 'model_not_found' });
  }
  const dimensions = readCount(body.dimensions, 'dimensions') ?? DIMENSIONS;
  if (dimensions > MAX_DIMENSIONS) throw badField('dimensions', `at most ${MAX_DIMENSIONS}`);
  const isBase64 = body.encoding_format === 'base64';
  const inputs = readInputs(body.input);
  const data = inputs.map(({ words }, index) => ({
    object: 'embedding',
    index,
    embedding: isBase64 ? toBase64(vectorOf(words, dimensions)) : [...vectorOf(words, dimensions)],
  }));
  const tokens = inputs.reduce((sum, input) => sum + input.tokens, 0);
  return {
    reply: { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } },
    tokens,
  };
}

interface Input {
  words: readonly string[];
  tokens: number;
}

/** A text, or tokens; a list of either. */
function readInputs(input: Json | undefined): Input[] {
  if (typeof input === 'string') return [toInput(input)];
  if (!Array.isArray(input) || input.length === 0) throw badField('input', 'a string or an array');
  if (input.every((item) => typeof item === 'number')) return [toInput(input)];
  if (input.length > MAX_INPUTS) throw badField('input', `at most ${MAX_INPUTS} texts`);
  return input.map((item) => {
    if (typeof item !== 'string' && !(Array.isArray(item) && item.every((token) => typeof token === 'number')))
      throw badField('input', 'strings or arrays of tokens');
    return toInput(item);
  });
}

function toInput(text: string | readonly number[]): Input {
  if (text.length === 0) throw badField('input', 'texts that are not empty');
  const isText = typeof text === 'string';
  const tokens = isText ? Math.max(1, countTokens(text)) : text.length;
  if (tokens > EMBEDDING_MODEL.contextWindow) {
    const message = `This model's maximum input length is ${EMBEDDING_MODEL.contextWindow} tokens, this text has ${tokens}.`;
    throw new Refusal(400, message, { param: 'input' });
  }
  return { words: isText ? (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text]) : text.map(String), tokens };
}

/** The sum of a direction for each word, brought to the length 1. */
function vectorOf(words: readonly string[], dimensions: number): Float32Array {
  const sum = new Float64Array(dimensions);
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  for (const [word, count] of counts) {
    const draw = createDraw('embedding', word);
    for (let at = 0; at < dimensions; at++) sum[at] = (sum[at] as number) + count * (draw.unit() - 0.5);
  }
  const length = Math.hypot(...sum);
  return Float32Array.from(sum, (value) => value / length);
}

/** Little-endian 32-bit floats, as OpenAI's clients read them. */
function toBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes.toString('base64');
}
