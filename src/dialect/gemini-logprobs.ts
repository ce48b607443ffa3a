// Log probabilities between Gemini's `logprobsResult` and OpenAI's `logprobs`, which is the form of the hub.
import { isObject, type Json, type JsonObject } from '../call/json.ts';

/** OpenAI's object; null when there is nothing to tell. */
export function readGeminiLogprobs(result: Json | undefined): JsonObject | null {
  if (!isObject(result) || !Array.isArray(result.chosenCandidates)) return null;
  const tops = Array.isArray(result.topCandidates) ? result.topCandidates : [];
  const content = result.chosenCandidates.map((chosen, index) => {
    const top = tops[index];
    const candidates = isObject(top) && Array.isArray(top.candidates) ? top.candidates : [];
    return { ...readToken(chosen), top_logprobs: candidates.map(readToken) };
  });
  return { content, refusal: null };
}

function readToken(candidate: Json): JsonObject {
  const token = isObject(candidate) && typeof candidate.token === 'string' ? candidate.token : '';
  // Protocol buffers leave out a zero, the logarithm of certainty.
  const logprob = isObject(candidate) && typeof candidate.logProbability === 'number' ? candidate.logProbability : 0;
  return { token, logprob, bytes: [...Buffer.from(token)] };
}

/** Gemini's object; null for what is no OpenAI logprobs object. */
export function writeGeminiLogprobs(logprobs: Json | undefined): JsonObject | null {
  if (!isObject(logprobs) || !Array.isArray(logprobs.content)) return null;
  const entries = logprobs.content.filter(isObject);
  return {
    chosenCandidates: entries.map(writeToken),
    topCandidates: entries.map((entry) => ({
      candidates: Array.isArray(entry.top_logprobs) ? entry.top_logprobs.filter(isObject).map(writeToken) : [],
    })),
  };
}

function writeToken(entry: JsonObject): JsonObject {
  return { token: entry.token, logProbability: entry.logprob };
}
