// Results of promptfoo, as `promptfoo eval --output results.json` writes them (promptfoo/promptfoo, src/types/index.ts, looked up in November
// 2026): results of providers under `results.results`, each with the prompt as it was sent, whether it passed, answer, tokens and cost.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { isObject, type Json, type JsonObject } from '../../../call/json.ts';
import { numberIn, objectIn, textIn, unfold } from '../../audit/loose.ts';
import type { OutcomeLine } from '../outcome-line.ts';
import { type Asked, readMessages, toAsked, toMessages } from './conversation.ts';
import { Imported, type ImportedRow, type ImportOptions } from './imported.ts';

/** Throws Error for a file that cannot be read or holds no results. */
export function importPromptfooResults(path: string, options: ImportOptions): Imported {
  const imported = new Imported(options);
  const known = new Set<string>();
  const rows = new Map<string, { row: Omit<ImportedRow, 'outcomes'>; outcomes: Map<string, OutcomeLine> }>();
  for (const result of resultsIn(path)) {
    const model = modelOf(result);
    const asked = askedIn(result);
    if (model === null || asked === null) {
      imported.left.add(null, 'without a provider or a prompt');
      continue;
    }
    known.add(model);
    const reason = reasonToLeave(result);
    if (!imported.takes(model)) continue;
    if (reason !== null) {
      imported.left.add(imported.nameOf(model), reason);
      continue;
    }
    // One test with one prompt is one request, whoever is asked.
    const key = JSON.stringify([result['testIdx'], result['promptIdx'], asked.prompt]);
    const { prompt, request } = asked;
    const id = `${options.dataset}:${rows.size + 1}`;
    const entry = rows.get(key) ?? { row: { id, prompt, request }, outcomes: new Map<string, OutcomeLine>() };
    rows.set(key, entry);
    if (entry.outcomes.has(model)) imported.left.add(imported.nameOf(model), 'it was asked the same before');
    else entry.outcomes.set(model, outcomeOf(result));
  }
  for (const { row, outcomes } of rows.values()) imported.add({ ...row, outcomes });
  imported.check(known);
  return imported;
}

function resultsIn(path: string): JsonObject[] {
  let whole: unknown;
  try {
    const bytes = readFileSync(path);
    whole = JSON.parse((bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString());
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new Error(`${path} is no JSON, which results of promptfoo are.`, { cause: error });
    throw error;
  }
  const outer = isObject(whole) ? whole['results'] : null;
  const list = isObject(outer) ? outer['results'] : outer;
  if (!Array.isArray(list))
    throw new Error(`${path} has no results of promptfoo: there is no list under \`results.results\`.`);
  return list.filter((result) => isObject(result));
}

/** By its label where it has one: that is what people tell providers apart by. */
function modelOf({ provider }: JsonObject): string | null {
  if (typeof provider === 'string') return provider;
  return isObject(provider) ? textIn(provider, 'label', 'id') : null;
}

/** A prompt may be a conversation, written as JSON. */
function askedIn(result: JsonObject): Asked | null {
  const raw = isObject(result['prompt']) ? textIn(result['prompt'], 'raw') : textIn(result, 'prompt');
  if (raw === null) return null;
  return toAsked(readMessages(unfold(raw)) ?? toMessages([raw], []));
}

/** `failureReason` 2: no verdict, for something went wrong. */
function reasonToLeave(result: JsonObject): string | null {
  if (result['failureReason'] === 2) return 'an error in place of an answer';
  return typeof result['success'] === 'boolean' ? null : 'no verdict';
}

/** What came from a cache cost nothing then and would now: neither cost nor tokens of it are known. */
function outcomeOf(result: JsonObject): OutcomeLine {
  const response = objectIn(result, 'response');
  const tokens = objectIn(response, 'tokenUsage');
  const isCached = response['cached'] === true;
  const input = isCached ? null : numberIn(tokens, 'prompt');
  const output = isCached ? null : numberIn(tokens, 'completion');
  const cost = isCached ? null : numberIn(result, 'cost');
  const said = response['output'];
  return {
    correct: result['success'] === true ? 1 : 0,
    ...(said === undefined || said === null ? {} : { response: textOf(said) }),
    ...(input === null ? {} : { input_tokens: input }),
    ...(output === null ? {} : { output_tokens: output }),
    ...(cost === null ? {} : { cost_usd: cost }),
  };
}

function textOf(said: Json): string {
  return typeof said === 'string' ? said : JSON.stringify(said);
}
