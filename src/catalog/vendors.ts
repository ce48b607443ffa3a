// Whose price list a configured provider is billed by: by the host it is reached at, else by the name it was given.
// Vendor names are those of prices.json.

/** Other names under which people configure a vendor, and as which model names are prefixed. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['amazon', 'aws'],
  ['amazon-bedrock', 'aws'],
  ['azure-openai', 'azure'],
  ['bedrock', 'aws'],
  ['claude', 'anthropic'],
  ['fireworks-ai', 'fireworks'],
  ['fireworks_ai', 'fireworks'],
  ['gemini', 'google'],
  ['google-vertex', 'google'],
  ['grok', 'x-ai'],
  ['mistralai', 'mistral'],
  ['moonshot', 'moonshotai'],
  ['together-ai', 'together'],
  ['together_ai', 'together'],
  ['togetherai', 'together'],
  ['vertex', 'google'],
  ['vertex-ai', 'google'],
  ['vertex_ai', 'google'],
  ['workers-ai', 'cloudflare'],
  ['xai', 'x-ai'],
  ['z-ai', 'zai'],
]);

/** Hosts and the domains above them. */
const DOMAINS: ReadonlyMap<string, string> = new Map([
  ['api.anthropic.com', 'anthropic'],
  ['api.openai.com', 'openai'],
  ['amazonaws.com', 'aws'],
  ['openai.azure.com', 'azure'],
  ['services.ai.azure.com', 'azure'],
  ['cognitiveservices.azure.com', 'azure'],
  ['azure-api.net', 'azure'],
  ['inference.baseten.co', 'baseten'],
  ['api.cerebras.ai', 'cerebras'],
  ['api.cloudflare.com', 'cloudflare'],
  ['api.cohere.com', 'cohere'],
  ['api.cohere.ai', 'cohere'],
  ['api.deepseek.com', 'deepseek'],
  ['api.fireworks.ai', 'fireworks'],
  ['googleapis.com', 'google'],
  ['api.groq.com', 'groq'],
  ['api.minimax.io', 'minimax'],
  ['api.mistral.ai', 'mistral'],
  ['api.moonshot.ai', 'moonshotai'],
  ['api.moonshot.cn', 'moonshotai'],
  ['api.novita.ai', 'novita'],
  ['openrouter.ai', 'openrouter'],
  ['api.perplexity.ai', 'perplexity'],
  ['api.together.xyz', 'together'],
  ['api.x.ai', 'x-ai'],
  ['api.z.ai', 'zai'],
  ['open.bigmodel.cn', 'zhipuai'],
]);

/**
 * Vendor of a provider: the one its address belongs to, else the one its name says. An address that is not known (a proxy,
 * a test server) leaves it to the name; `local` at an address of one's own is nobody's.
 */
export function vendorOf(providerName: string, baseUrl?: string | null): string {
  return (baseUrl ? vendorOfHost(baseUrl) : null) ?? canonicalVendor(providerName);
}

/** The vendor's name in the catalog, whether or not there is such a vendor. */
export function canonicalVendor(name: string): string {
  const lower = name.toLowerCase();
  return ALIASES.get(lower) ?? lower;
}

function vendorOfHost(baseUrl: string): string | null {
  let domain = URL.parse(baseUrl)?.hostname ?? '';
  while (domain.includes('.')) {
    const vendor = DOMAINS.get(domain);
    if (vendor !== undefined) return vendor;
    domain = domain.slice(domain.indexOf('.') + 1);
  }
  return null;
}
