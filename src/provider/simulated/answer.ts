// What a simulated model says: the solution or a mistake for a problem it recognises, a tool call, a value for a schema,
// or a short echo. The answer is a function of seed, model and prompt; it must never depend on time or on earlier calls.
import { type JsonObject, parseObject } from '../../call/json.ts';
import { isSolved } from './competence.ts';
import { createDraw } from './draw.ts';
import { buildProblem } from './problems/build.ts';
import { findMark, type Problem } from './problems/problem.ts';
import { type SimulatedRequest, toolResultsOf, userTextOf } from './request.ts';
import { objectFor } from './schema-value.ts';
import { countTokens, toPieces } from './tokens.ts';
import { type ToolCall, toolCallsFor } from './tool-call.ts';

export interface SimulatedAnswer {
  /** Visible reasoning; empty when the model did not think. */
  thinking: string;
  /** Tokens of reasoning; part of `outputTokens`. */
  thinkingTokens: number;
  text: string;
  calls: ToolCall[];
  finish: 'stop' | 'length' | 'stop_sequence' | 'tool_calls';
  stopSequence: string | null;
  outputTokens: number;
}

const THINKING_TOKENS: Readonly<Record<string, number>> = { minimal: 16, low: 48, medium: 128, high: 320, xhigh: 640 };
const ECHO_LENGTH = 200;
const RESULT_LENGTH = 400;

function problemOf(request: SimulatedRequest): Problem | null {
  const mark = findMark(userTextOf(request));
  return mark === null ? null : buildProblem(mark.kind, mark.id);
}

/** What identifies a prompt: the case it names, else the user's words and the tool results that followed them. */
export function promptIdentity(request: SimulatedRequest): string {
  const mark = findMark(userTextOf(request));
  if (mark !== null) return `${mark.kind}/${mark.id}`;
  return [userTextOf(request), ...toolResultsOf(request).map(({ text }) => text)].join('\n');
}

/** The right answer or one of the wrong ones. Further choices of one request are drawn on their own. */
function solve(problem: Problem, model: string, draw: { seed: number; choice: number }): string {
  const { kind, id, difficulty } = problem;
  const prompt = draw.choice === 0 ? `${kind}/${id}` : `${kind}/${id}#${draw.choice}`;
  if (isSolved({ seed: draw.seed, model, kind, difficulty, prompt })) return problem.reference;
  return createDraw('mistake', draw.seed, model, prompt).pick(problem.wrong);
}

function cut(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length).join('')}…`;
}

function speak(request: SimulatedRequest): string {
  const results = toolResultsOf(request);
  if (results.length > 0) {
    return results.map(({ name, text }) => `The result of ${name} is: ${cut(text, RESULT_LENGTH)}.`).join(' ');
  }
  const said = userTextOf(request);
  if (said === '') return `This is ${request.model}, a simulated model. Say something and it will be repeated here.`;
  return `This is ${request.model}, a simulated model. You wrote: ${cut(said, ECHO_LENGTH)}`;
}

/** The text of an answer that has to be JSON: the solution if it is an object, else a value made for the schema. */
function speakJson(schema: JsonObject, solution: string | null, request: SimulatedRequest): string {
  if (solution !== null && parseObject(solution) !== null) return solution;
  if (Object.keys(schema).length === 0) return JSON.stringify({ answer: solution ?? speak(request) });
  const results = toolResultsOf(request).map(({ text }) => text);
  return JSON.stringify(objectFor(schema, [solution ?? userTextOf(request), ...results].join('\n')));
}

function thinkingTokensOf(request: SimulatedRequest, seed: number): number {
  if (request.effort === null) return 0;
  const median = THINKING_TOKENS[request.effort] ?? THINKING_TOKENS.xhigh ?? 0;
  const draw = createDraw('thinking', seed, request.model, promptIdentity(request));
  return Math.max(1, Math.round(median * Math.exp(0.3 * draw.normal())));
}

interface Limits {
  /** Tokens left for the text; infinite when nothing was said. */
  tokens: number;
  stop: readonly string[];
}

/** The text up to the first stop sequence or the last token that fits, whichever comes first. */
function limit(text: string, { tokens, stop }: Limits): Pick<SimulatedAnswer, 'text' | 'finish' | 'stopSequence'> {
  const hits = stop
    .map((sequence) => ({ sequence, at: sequence === '' ? -1 : text.indexOf(sequence) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  const [first] = hits;
  const kept = first === undefined ? text : text.slice(0, first.at);
  const pieces = toPieces(kept);
  if (pieces.length > tokens) return { text: pieces.slice(0, tokens).join(''), finish: 'length', stopSequence: null };
  if (first !== undefined) return { text: kept, finish: 'stop_sequence', stopSequence: first.sequence };
  return { text: kept, finish: 'stop', stopSequence: null };
}

/** The answer to a request, for one of the choices it asks for (counted from 0). */
export function answerTo(
  request: SimulatedRequest,
  { seed, choice }: { seed: number; choice: number },
): SimulatedAnswer {
  const problem = problemOf(request);
  const solution = problem === null ? null : solve(problem, request.model, { seed, choice });
  const forced = request.toolChoice.type === 'tool' || request.toolChoice.type === 'any';
  const calls =
    problem === null || forced ? toolCallsFor(request, solution === null ? null : parseObject(solution)) : [];
  const wanted = thinkingTokensOf(request, seed);
  const thinkingTokens = Math.min(wanted, request.maxTokens ?? wanted);
  const thinking = wanted === 0 ? '' : `The question is short; ${request.model} goes through it once and answers.`;
  if (calls.length > 0) {
    const tokens = calls.reduce((sum, { name, args }) => sum + countTokens(`${name} ${JSON.stringify(args)}`), 0);
    const outputTokens = thinkingTokens + tokens;
    return { thinking, thinkingTokens, text: '', calls, finish: 'tool_calls', stopSequence: null, outputTokens };
  }
  const text = request.schema === null ? (solution ?? speak(request)) : speakJson(request.schema, solution, request);
  const tokens = (request.maxTokens ?? Number.POSITIVE_INFINITY) - thinkingTokens;
  const limited = limit(text, { tokens, stop: request.stop });
  return { thinking, thinkingTokens, ...limited, calls: [], outputTokens: thinkingTokens + countTokens(limited.text) };
}
