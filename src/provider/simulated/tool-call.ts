// When a simulated model calls a tool, and with which arguments.
// A tool is called when it is forced, or when the user's words name it and no result has come back yet. A result may ask for
// the next call itself, so that a loop can be as long as a test wants it.
import type { JsonObject } from '../../call/json.ts';
import { createDraw } from './draw.ts';
import { type OfferedTool, type SimulatedRequest, toolResultsOf, userTextOf } from './request.ts';
import { objectFor } from './schema-value.ts';

/** Parts of tool names that say nothing about what the tool is for. */
const VAGUE = new Set(
  'call create delete fetch find from function list make read send show tool update with write'.split(' '),
);
const SHORTEST_WORD = 4;
/** What a result says to be followed by another call. */
const NEXT_CALL = /\bNext call: ([\w-]+)/;

export interface ToolCall {
  name: string;
  args: JsonObject;
}

function wordsOf(name: string): string[] {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.filter((word) => word.length >= SHORTEST_WORD && !VAGUE.has(word));
}

function isMentioned(tool: OfferedTool, text: string): boolean {
  const spoken = text.toLowerCase();
  if (spoken.includes(tool.name.toLowerCase())) return true;
  const said = new Set(spoken.split(/[^a-z0-9]+/));
  return wordsOf(tool.name).some((word) => said.has(word));
}

/** The calls to make now; empty when the model should answer in words. `solution` is the answer of a recognised problem. */
export function toolCallsFor(request: SimulatedRequest, solution: JsonObject | null): ToolCall[] {
  const { tools, toolChoice } = request;
  if (toolChoice.type === 'none') return [];
  const results = toolResultsOf(request);
  const text = results.at(-1)?.text ?? userTextOf(request);
  const toCall = ({ name, schema }: OfferedTool): ToolCall => ({ name, args: solution ?? objectFor(schema, text) });
  if (results.length > 0) return tools.filter(({ name }) => name === NEXT_CALL.exec(text)?.[1]).map(toCall);
  if (toolChoice.type === 'tool') return tools.filter(({ name }) => name === toolChoice.name).map(toCall);
  const mentioned = tools.filter((tool) => isMentioned(tool, text));
  if (mentioned.length > 0) return (request.parallelTools ? mentioned : mentioned.slice(0, 1)).map(toCall);
  return toolChoice.type === 'any' && tools.length > 0 ? [toCall(createDraw('tool', text).pick(tools))] : [];
}
