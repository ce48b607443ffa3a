// What an audit wants to know of an answer, whatever API gave it and however a log keeps it: the text, the calls of tools, the model, the
// usage. It never throws.
import { isObject, type JsonObject } from '../../call/json.ts';
import type { Usage } from '../../call/usage.ts';
import { readAnthropicUsage } from '../../dialect/anthropic-messages-usage.ts';
import { readGeminiUsage } from '../../dialect/gemini-usage.ts';
import { readOpenaiUsage } from '../../dialect/openai-chat-usage.ts';

export interface AnswerParts {
  text: string;
  toolCalls: number;
}

/** Null when there is no answer. */
export function readAnswerParts(answer: unknown): AnswerParts | null {
  if (typeof answer === 'string') return answer === '' ? null : { text: answer, toolCalls: 0 };
  const list = Array.isArray(answer) ? answer : isObject(answer) ? partsOf(answer) : null;
  if (list === null) return null;
  const texts: string[] = [];
  let toolCalls = 0;
  for (const part of list) {
    if (typeof part === 'string') texts.push(part);
    else if (isObject(part)) {
      const found = readPart(part);
      texts.push(found.text);
      toolCalls += found.toolCalls;
    }
  }
  return { text: texts.filter(Boolean).join('\n'), toolCalls };
}

/** The parts of the first choice, wherever the API has them. */
function partsOf(answer: JsonObject): unknown[] | null {
  const [choice] = Array.isArray(answer.choices) ? answer.choices : [];
  if (isObject(choice)) return [choice.message ?? choice.delta ?? choice.text ?? ''];
  if (Array.isArray(answer.output)) return answer.output;
  const [candidate] = Array.isArray(answer.candidates) ? answer.candidates : [];
  if (isObject(candidate) && isObject(candidate.content))
    return Array.isArray(candidate.content.parts) ? candidate.content.parts : [];
  const says = 'content' in answer || 'tool_calls' in answer || 'text' in answer || 'kwargs' in answer;
  if (says) return [answer];
  // Langfuse keeps the object that a program made of the answer; an error is none.
  return 'error' in answer ? null : [JSON.stringify(answer)];
}

function readPart(part: JsonObject): AnswerParts {
  const type = typeof part.type === 'string' ? part.type : '';
  if (type === 'reasoning' || type === 'thinking' || part.thought === true) return { text: '', toolCalls: 0 };
  if (/^(?:tool_use|function_call|server_tool_use)$/.test(type) || part.functionCall !== undefined)
    return { text: '', toolCalls: 1 };
  const calls = Array.isArray(part.tool_calls) ? part.tool_calls.length : part.function_call ? 1 : 0;
  const inner = part.content ?? part.text ?? part.output_text ?? (isObject(part.kwargs) ? part.kwargs.content : null);
  const said = typeof inner === 'string' ? { text: inner, toolCalls: 0 } : readAnswerParts(inner);
  const refusal = typeof part.refusal === 'string' ? part.refusal : '';
  return { text: said?.text || refusal, toolCalls: calls + (said?.toolCalls ?? 0) };
}

/** The usage that a body reports, in the words of its API; null when it reports none. */
export function usageOf(body: unknown): Usage | null {
  if (!isObject(body)) return null;
  if (isObject(body.usageMetadata)) return readGeminiUsage(body.usageMetadata);
  const { usage } = body;
  if (!isObject(usage)) return null;
  const isAnthropic = body.type === 'message' || 'cache_creation_input_tokens' in usage;
  return isAnthropic && 'input_tokens' in usage ? readAnthropicUsage(usage) : readOpenaiUsage(usage);
}

export function modelOf(body: unknown): string | null {
  if (!isObject(body)) return null;
  const model = body.model ?? body.modelVersion;
  return typeof model === 'string' && model !== '' ? model : null;
}
