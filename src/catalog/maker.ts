// Who made a model, whoever serves it. It knows names of families only; a name that tells nothing is nobody's.

/** Names of families as they stand in the names of their models. */
const FAMILIES: readonly [string, string][] = [
  ['claude', 'anthropic'],
  ['gpt', 'openai'],
  ['chatgpt', 'openai'],
  ['o1', 'openai'],
  ['o3', 'openai'],
  ['o4', 'openai'],
  ['gemini', 'google'],
  ['gemma', 'google'],
  ['llama', 'meta'],
  ['mistral', 'mistral'],
  ['mixtral', 'mistral'],
  ['ministral', 'mistral'],
  ['magistral', 'mistral'],
  ['codestral', 'mistral'],
  ['devstral', 'mistral'],
  ['deepseek', 'deepseek'],
  ['qwen', 'alibaba'],
  ['qwq', 'alibaba'],
  ['grok', 'x-ai'],
  ['command', 'cohere'],
  ['aya', 'cohere'],
  ['nova', 'amazon'],
  ['titan', 'amazon'],
  ['phi', 'microsoft'],
  ['kimi', 'moonshotai'],
  ['glm', 'zai'],
  ['minimax', 'minimax'],
  ['sonar', 'perplexity'],
  ['sim', 'simulated'],
];

/** The maker by the provider's name of a model, `us.anthropic.claude-sonnet-4-6` or `meta-llama/Llama-3.3-70B`; null when it tells none. */
export function makerOf(upstreamModel: string): string | null {
  const last = upstreamModel.toLowerCase().split('/').at(-1) ?? '';
  for (const word of last.split(/[^a-z0-9]+/)) {
    const family = FAMILIES.find(
      ([name]) => word === name || (word.startsWith(name) && /^\d/.test(word.slice(name.length))),
    );
    if (family !== undefined) return family[1];
  }
  return null;
}
