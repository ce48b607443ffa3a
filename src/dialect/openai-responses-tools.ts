// Tools of the responses API and which of them is to be called, both ways. A function lies flat in its tool, and those of a
// namespace are tools of their own; hosted tools, custom tools and MCP servers are kept whole, because nobody else has them.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { type Crossing, kindOf } from './crossing.ts';
import type { NeutralRequest, NeutralTool, NeutralToolChoice } from './neutral.ts';
import { fitsStrict } from './openai-chat-schema.ts';
import { readNamespace } from './openai-responses-namespaces.ts';
import { defined, invalidField, otherMembers } from './request-fields.ts';

const FUNCTION = new Set(['type', 'name', 'description', 'parameters', 'strict']);

/** Throws TierlineError `invalid_request` naming the field. */
export function readResponsesTools(tools: readonly Json[]): NeutralTool[] {
  return tools.flatMap((tool, index) => {
    const where = `tools[${index}]`;
    const members = isObject(tool) ? readNamespace(tool, (member) => readResponsesTool(member, where)) : null;
    return members ?? [readResponsesTool(tool, where)];
  });
}

function readResponsesTool(tool: Json, where: string): NeutralTool {
  if (!isObject(tool)) throw invalidField(where, 'must be an object');
  if (typeof tool.type !== 'string') throw invalidField(`${where}.type`, 'must be a string');
  if (tool.type !== 'function') return { type: 'unknown', origin: 'openai-responses', json: tool };
  if (typeof tool.name !== 'string') throw invalidField(`${where}.name`, 'must be a string');
  const parameters = tool.parameters ?? {};
  if (!isObject(parameters)) throw invalidField(`${where}.parameters`, 'must be an object');
  return defined({
    type: 'function' as const,
    name: tool.name,
    description: typeof tool.description === 'string' ? tool.description : undefined,
    schema: parameters,
    strict: typeof tool.strict === 'boolean' ? tool.strict : undefined,
    extra: otherMembers(tool, FUNCTION) ?? undefined,
  });
}

/** Undefined when absent, null for a choice the neutral form has no word for (allowed, hosted and custom tools, MCP). */
export function readResponsesChoice(choice: Json | undefined): NeutralToolChoice | null | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (choice === 'auto' || choice === 'none') return { type: choice };
  if (choice === 'required') return { type: 'any' };
  if (!isObject(choice)) throw invalidField('tool_choice', 'must be none, auto, required or an object');
  const isFunction = choice.type === 'function' && typeof choice.name === 'string';
  return isFunction ? { type: 'tool', name: choice.name as string } : null;
}

/** The tool, or null when it is another provider's; that has been told then. */
export function writeResponsesTool(tool: NeutralTool, crossing: Crossing, where: string): JsonObject | null {
  if (tool.type === 'unknown') {
    if (tool.origin === 'openai-responses') return tool.json as JsonObject;
    crossing.lose(`${where}: ${kindOf(tool.json)}`);
    return null;
  }
  const { name, description, schema, strict } = tool;
  return {
    ...defined({ type: 'function', name, description, parameters: schema }),
    // A function is strict here unless it says otherwise, and nowhere else.
    ...defined({ strict: crossing.isForeign ? strict === true && keepStrict(schema, crossing, where) : strict }),
    ...crossing.extra(tool.extra, where),
  };
}

/** Strict mode wants every property required and no others; it is given up where the schema is freer. */
export function keepStrict(schema: JsonObject, crossing: Crossing, where: string): boolean {
  if (fitsStrict(schema)) return true;
  crossing.lose(`${where}: strict`);
  return false;
}

export function writeResponsesChoice(choice: NonNullable<NeutralRequest['toolChoice']>): string | JsonObject {
  if (choice.type === 'tool') return { type: 'function', name: choice.name };
  return choice.type === 'any' ? 'required' : choice.type;
}
