// The gate `tool_calls`: every call is of a tool that the request offers, with arguments that its schema takes, and is none
// that has failed in this conversation already.
import { isObject, type Json } from '../call/json.ts';
import { type Answer, type AnswerCall, failed, type Gate, passed, type Question, type Verdict } from './gate.ts';
import type { SchemaCache } from './schema-cache.ts';

const NAME = 'tool_calls';

export function createToolCallsGate(cache: SchemaCache): Gate {
  const check = ({ toolCalls }: Answer, question: Question): Verdict => {
    if (toolCalls.length === 0) return passed(NAME, 'calls no tool');
    const problems = toolCalls.map((call) => problemOf(call, question, cache)).filter((problem) => problem !== null);
    if (problems[0] !== undefined) return failed(NAME, problems[0], 1 - problems.length / toolCalls.length);
    return passed(NAME, 'every call is valid', 1);
  };
  return { name: NAME, isCostly: false, check };
}

function problemOf(call: AnswerCall, { tools, failedCalls }: Question, cache: SchemaCache): string | null {
  const name = JSON.stringify(call.name.slice(0, 64));
  const tool = tools.find((other) => other.name === call.name);
  if (tool === undefined) return `calls ${name}, which the request does not offer`;
  const given = readArguments(call.arguments);
  if (given === null) return `calls ${name} with arguments that are no JSON object`;
  const compiled = cache.get(tool.schema);
  if (!compiled.ok) return `the schema of ${name} cannot be used: ${compiled.problem}`;
  const problem = compiled.check(given);
  if (problem !== null) return `calls ${name} with wrong arguments: ${problem}`;
  const repeats = failedCalls.some(
    (past) => past.name === call.name && canonical(readArguments(past.arguments)) === canonical(given),
  );
  return repeats ? `repeats a call of ${name} that has failed` : null;
}

/** Empty arguments are `{}`; null for what is no JSON object. */
function readArguments(text: string): Json | null {
  if (text.trim() === '') return {};
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** The same text for the same value, whatever the order of its keys. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
