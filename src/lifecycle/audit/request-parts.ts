// What an audit wants to know of a request body, in any dialect and as loosely as logs keep it: instructions, turns, tools, schema,
// attachments. It never throws; what it does not know it leaves out.
import { isObject, type Json, type JsonObject } from '../../call/json.ts';
import { filled, objectIn, unfold, wordOf } from './loose.ts';

export interface Turn {
  role: 'system' | 'user' | 'assistant' | 'tool';
  text: string;
}

export interface RequestParts {
  /** Instructions before the conversation. */
  system: string;
  turns: readonly Turn[];
  /** Names of the tools, in the order of the alphabet. */
  tools: readonly string[];
  /** The schema that the answer has to follow; an empty object for JSON without one, null for none. */
  schema: JsonObject | null;
  images: number;
  documents: number;
  audio: number;
}

const ROLES: Readonly<Record<string, Turn['role']>> = {
  system: 'system',
  developer: 'system',
  systemmessage: 'system',
  user: 'user',
  human: 'user',
  humanmessage: 'user',
  assistant: 'assistant',
  ai: 'assistant',
  aimessage: 'assistant',
  model: 'assistant',
  tool: 'tool',
  function: 'tool',
  toolmessage: 'tool',
};

export function readRequestParts(body: JsonObject): RequestParts {
  const attached = { images: 0, documents: 0, audio: 0 };
  const say = (content: unknown): string => textOf(content, attached);
  const leading = [body.system, body.instructions, body.systemInstruction, body.system_instruction].map(say);
  const turns: Turn[] = [];
  const list = unfold(body.messages ?? body.input ?? body.contents ?? body.prompt);
  const items: unknown[] = Array.isArray(list) ? list : list === undefined || list === null ? [] : [list];
  for (const item of items) turns.push(...readTurn(item, say));
  while (turns[0]?.role === 'system') leading.push((turns.shift() as Turn).text);
  return {
    system: leading.filter((text) => text !== '').join('\n'),
    turns,
    tools: toolNames(body),
    schema: schemaOf(body),
    ...attached,
  };
}

/** The last words of the user, and all text, as `factsOf` wants them. */
export function toReadable({ system, turns }: RequestParts): { ask: string; text: string } {
  const ask = turns.findLast(({ role, text }) => role === 'user' && text !== '')?.text ?? '';
  return { ask, text: [system, ...turns.map(({ text }) => text)].join('\n') };
}

function readTurn(item: unknown, say: (content: unknown) => string): Turn[] {
  if (typeof item === 'string') return [{ role: 'user', text: item }];
  // Token ids of an embedding are no turn.
  if (!isObject(item)) return [];
  const named = wordOf(item.role ?? item.type ?? (Array.isArray(item.id) ? item.id.at(-1) : null)).toLowerCase();
  const inner = isObject(item.kwargs) ? item.kwargs : isObject(item.data) ? item.data : item;
  const role = ROLES[named] ?? (/call/.test(named) ? (/output/.test(named) ? 'tool' : 'assistant') : 'user');
  const calls = inner.tool_calls === undefined || inner.tool_calls === null ? '' : JSON.stringify(inner.tool_calls);
  const content = inner.content ?? inner.parts ?? inner.output ?? inner.arguments ?? inner.text;
  // Anthropic's results of tools stand in a turn of the user.
  const isResult = Array.isArray(content) && content.length > 0 && content.every(isToolResult);
  return [{ role: isResult ? 'tool' : role, text: [say(content), calls].filter(Boolean).join('\n') }];
}

function isToolResult(part: unknown): boolean {
  return isObject(part) && (part.type === 'tool_result' || part.functionResponse !== undefined);
}

interface Attached {
  images: number;
  documents: number;
  audio: number;
}

function textOf(content: unknown, attached: Attached): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content))
    return content
      .map((part) => textOf(part, attached))
      .filter(Boolean)
      .join('\n');
  if (!isObject(content)) return '';
  count(content, attached);
  const type = wordOf(content.type);
  if (typeof content.text === 'string') return content.text;
  if (content.parts !== undefined) return textOf(content.parts, attached);
  if (content.content !== undefined) return textOf(content.content, attached);
  if (type === 'tool_use') return JSON.stringify(content.input ?? {});
  const call = content.functionCall ?? content.functionResponse;
  return call === undefined ? '' : JSON.stringify(call);
}

function count(part: JsonObject, attached: Attached): void {
  const inline = filled(part.inlineData ?? part.inline_data ?? part.fileData ?? part.file_data);
  const type = `${wordOf(part.type)} ${wordOf(inline?.mimeType ?? inline?.mime_type)}`;
  if (type.includes('image')) attached.images++;
  else if (type.includes('audio')) attached.audio++;
  else if (/\b(?:document|file|input_file)\b|application\/|text\/|video/.test(type)) attached.documents++;
}

function toolNames(body: JsonObject): string[] {
  const lists = [unfold(body.tools), unfold(body.functions)].filter((list) => Array.isArray(list)).flat();
  const names = (lists as Json[]).flatMap((tool) => {
    if (!isObject(tool)) return [];
    const declared = tool.functionDeclarations ?? tool.function_declarations;
    if (Array.isArray(declared)) return declared.map((one) => (isObject(one) ? wordOf(one.name) : ''));
    const name = (isObject(tool.function) ? tool.function.name : undefined) ?? tool.name ?? tool.type;
    return typeof name === 'string' ? [name] : [];
  });
  return [...new Set(names)].filter(Boolean).sort();
}

function schemaOf(body: JsonObject): JsonObject | null {
  const text = objectIn(body, 'text');
  const config = objectIn(body, 'generationConfig', 'generation_config');
  const output = objectIn(body, 'output_config');
  const format =
    filled(body.response_format) ?? filled(text.format) ?? filled(body.output_format) ?? filled(output.format);
  const google = filled(config.responseSchema ?? config.responseJsonSchema ?? config.response_schema);
  if (google !== null) return google;
  if (format === null) return config.responseMimeType === 'application/json' ? {} : null;
  const inner = filled(format.json_schema);
  const schema = filled(inner?.schema) ?? filled(format.schema) ?? (format.properties === undefined ? null : format);
  if (schema !== null) return schema;
  return /json/.test(wordOf(format.type)) ? {} : null;
}
