// Requests and replies as gates see them: made from the neutral form, because gates know no dialect.
import { isObject, type Json } from './call/json.ts';
import type { NeutralEvent, NeutralMessage, NeutralPart, NeutralReply, NeutralRequest } from './dialect/neutral.ts';
import type { Answer, AnswerCall, Question } from './gate/gate.ts';

export function toQuestion(request: NeutralRequest): Question {
  const system = request.system.length === 0 ? [] : [{ role: 'system', text: wordsOf(request.system) }];
  return {
    ask: askOf(request.messages),
    turns: [...system, ...request.messages.map(({ role, parts }) => ({ role, text: wordsOf(parts) }))],
    tools: request.tools.flatMap(toolOf),
    schema: schemaOf(request),
    failedCalls: failedCallsOf(request.messages),
  };
}

/** One choice of a complete reply; an answer without anything when there is no such choice. */
export function toAnswer(reply: NeutralReply, choice = 0): Answer {
  const found = reply.choices.find(({ index }) => index === choice);
  if (found === undefined) return emptyAnswer();
  const { parts, finish, logprobs } = found;
  const refusal = textOf(parts, 'refusal');
  return {
    text: textOf(parts, 'text'),
    toolCalls: callsOf(parts),
    finish: { reason: finish.reason, raw: finish.raw },
    refusal: refusal === '' ? null : refusal,
    logprobs: logprobsOf(logprobs),
    isComplete: true,
  };
}

/** An answer under way, from the events of its stream; each event costs the same however long the answer is. */
export class AnswerBuilder {
  /** The answer so far. It is one object, which grows. */
  readonly answer: Answer = emptyAnswer();
  private readonly choice: number;
  private readonly calls = new Map<number, AnswerCall>();

  constructor(choice = 0) {
    this.choice = choice;
  }

  push(event: NeutralEvent): void {
    if (!('choice' in event) || event.choice !== this.choice) return;
    const { answer } = this;
    switch (event.type) {
      case 'text':
        answer.text += event.text;
        break;
      case 'refusal':
        answer.refusal = (answer.refusal ?? '') + event.text;
        break;
      case 'tool_start': {
        const call = { id: event.id, name: event.name, arguments: '' };
        this.calls.set(event.tool, call);
        answer.toolCalls.push(call);
        break;
      }
      case 'tool_arguments': {
        const call = this.calls.get(event.tool);
        if (call !== undefined) call.arguments += event.json;
        break;
      }
      case 'logprobs':
        this.addLogprobs(logprobsOf(event.json));
        break;
      case 'finish':
        answer.finish = { reason: event.finish.reason, raw: event.finish.raw };
        answer.isComplete = true;
        break;
      default:
    }
  }

  private addLogprobs(more: number[] | null): void {
    if (more === null) return;
    this.answer.logprobs ??= [];
    for (const logprob of more) this.answer.logprobs.push(logprob);
  }
}

function emptyAnswer(): Answer {
  return {
    text: '',
    toolCalls: [],
    finish: { reason: 'unknown', raw: '' },
    refusal: null,
    logprobs: null,
    isComplete: false,
  };
}

function textOf(parts: readonly NeutralPart[], type: 'text' | 'refusal'): string {
  return parts.map((part) => (part.type === type ? part.text : '')).join('');
}

function callsOf(parts: readonly NeutralPart[]): AnswerCall[] {
  return parts.flatMap((part) =>
    part.type === 'tool_call' ? [{ id: part.id, name: part.name, arguments: part.arguments }] : [],
  );
}

/** The last turn of the user that holds words; one with nothing but results of tools is not asking. */
function askOf(messages: readonly NeutralMessage[]): string {
  for (const { role, parts } of messages.toReversed()) {
    const words = role === 'user' ? partsText(parts) : '';
    if (words.trim() !== '') return words;
  }
  return '';
}

function partsText(parts: readonly NeutralPart[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

/** A turn as text: words as they are, everything else named in brackets. Thoughts are left out. */
function wordsOf(parts: readonly NeutralPart[]): string {
  return parts
    .map(wordOf)
    .filter((word) => word !== '')
    .join('\n');
}

function wordOf(part: NeutralPart): string {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text;
    case 'tool_call':
      return `[calls ${part.name} ${part.arguments}]`;
    case 'tool_result':
      return `[${part.isError ? 'error' : 'result'} of ${part.name ?? part.callId}] ${wordsOf(part.content)}`;
    case 'document':
      return part.source.kind === 'text' ? part.source.text : '[document]';
    case 'image':
    case 'audio':
      return `[${part.type}]`;
    default:
      return '';
  }
}

/** A provider's own tool has a name and takes what the provider says. */
function toolOf(tool: NeutralRequest['tools'][number]): Question['tools'] {
  if (tool.type === 'function') return [{ name: tool.name, schema: tool.schema }];
  const { json } = tool;
  return isObject(json) && typeof json.name === 'string' ? [{ name: json.name, schema: {} }] : [];
}

/** Without a schema, JSON mode asks for an object. */
function schemaOf({ format }: NeutralRequest): object | null {
  if (format?.type === 'schema') return format.schema;
  return format?.type === 'json' ? { type: 'object' } : null;
}

function failedCallsOf(messages: readonly NeutralMessage[]): Question['failedCalls'] {
  const calls = new Map<string, AnswerCall>();
  const failed: Question['failedCalls'] = [];
  for (const { parts } of messages) {
    for (const call of callsOf(parts)) calls.set(call.id, call);
    for (const part of parts) {
      const call = part.type === 'tool_result' && part.isError ? calls.get(part.callId) : undefined;
      if (call !== undefined) failed.push({ name: call.name, arguments: call.arguments });
    }
  }
  return failed;
}

/** The numbers of OpenAI's object; null when it has none. */
function logprobsOf(json: Json | undefined): number[] | null {
  if (!isObject(json) || !Array.isArray(json.content)) return null;
  const numbers = json.content.flatMap((entry) =>
    isObject(entry) && typeof entry.logprob === 'number' ? [entry.logprob] : [],
  );
  return numbers.length === 0 ? null : numbers;
}
