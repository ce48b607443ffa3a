// Namespaces of the responses API: functions in a group, called by the name of the group and their own. Nobody else has
// groups, so everywhere else such a function goes by one name made of both; a call of it is told apart again by the tools of
// its request. A group that holds anything but functions is none of this file's business.
import { hash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { NeutralNamespace, NeutralRequest, NeutralTool } from './neutral.ts';

type FunctionTool = Extract<NeutralTool, { type: 'function' }>;

/** The longest name of a function that OpenAI's chat completions and Gemini take. */
const LONGEST_NAME = 64;

/** One name for a function of a group, as MCP's clients have always made theirs; a longer one keeps its beginning. */
export function joinName(namespace: string, member: string): string {
  const name = `${namespace}__${member}`;
  if (name.length <= LONGEST_NAME) return name;
  return `${name.slice(0, LONGEST_NAME - 9)}_${hash('sha256', name, 'hex').slice(0, 8)}`;
}

/** The name of a call and where it belongs, for an item that may say a namespace. */
export function readCallName(
  name: string,
  namespace: Json | undefined,
): { name: string; namespace?: NeutralNamespace } {
  if (typeof namespace !== 'string' || namespace === '') return { name };
  return { name: joinName(namespace, name), namespace: { name: namespace, member: name } };
}

/** The functions of a namespace as tools of their own; null when it holds others, or none. */
export function readNamespace(tool: JsonObject, read: (member: JsonObject) => NeutralTool): NeutralTool[] | null {
  const { tools, ...outline } = tool;
  if (tool.type !== 'namespace' || typeof tool.name !== 'string' || !Array.isArray(tools) || tools.length === 0)
    return null;
  const { name } = tool;
  const members = tools.map((member) => (isObject(member) ? read(member) : null));
  if (!members.every((member): member is FunctionTool => member?.type === 'function')) return null;
  return members.map((member) => ({
    ...member,
    name: joinName(name, member.name),
    namespace: { name, member: member.name, outline },
  }));
}

/** Puts written functions back into the groups that they came from; `written` is in the order of `tools`. */
export function regroup(tools: readonly NeutralTool[], written: readonly (JsonObject | null)[]): JsonObject[] {
  const grouped: JsonObject[] = [];
  const groups = new Map<JsonObject, JsonObject[]>();
  for (const [index, tool] of written.entries()) {
    if (tool === null) continue;
    const { outline, member } = namespaceOf(tools[index]) ?? {};
    if (outline === undefined) {
      grouped.push(tool);
      continue;
    }
    const own = { ...tool, name: member as string };
    const members = groups.get(outline);
    if (members !== undefined) members.push(own);
    else {
      const first = [own];
      groups.set(outline, first);
      grouped.push({ ...outline, tools: first });
    }
  }
  return grouped;
}

/** How a call of this name is written for the client whose request offered the tools. */
export function ownName(name: string, request: NeutralRequest | undefined): { name: string; namespace?: string } {
  const namespace = namespaceOf(request?.tools.find((tool) => tool.type === 'function' && tool.name === name));
  return namespace === undefined ? { name } : { name: namespace.member, namespace: namespace.name };
}

function namespaceOf(tool: NeutralTool | undefined): NeutralNamespace | undefined {
  return tool?.type === 'function' ? tool.namespace : undefined;
}
