// Providers that need no address: their dialect, base URL and the variable that usually holds their key.
import type { AuthStyle } from './config.ts';

export type FileDialect = 'openai' | 'anthropic' | 'gemini';

export interface WellKnownProvider {
  dialect: FileDialect;
  /** Null where every customer has an address of their own. */
  baseUrl: string | null;
  /** Whether it has OpenAI's /responses too. */
  hasResponses?: boolean;
  /** When other than the dialect's own. */
  auth?: AuthStyle;
  /** Environment variables that hold the key, the first one set counts. Empty: works without. */
  keyVariables: readonly string[];
}

const openai = (baseUrl: string | null, ...keyVariables: string[]): WellKnownProvider => ({
  dialect: 'openai',
  baseUrl,
  keyVariables,
});
const google: WellKnownProvider = {
  dialect: 'gemini',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
};

export const WELL_KNOWN: ReadonlyMap<string, WellKnownProvider> = new Map([
  ['openai', { ...openai('https://api.openai.com/v1', 'OPENAI_API_KEY'), hasResponses: true }],
  ['anthropic', { dialect: 'anthropic', baseUrl: 'https://api.anthropic.com/v1', keyVariables: ['ANTHROPIC_API_KEY'] }],
  ['gemini', google],
  ['google', google],
  ['groq', openai('https://api.groq.com/openai/v1', 'GROQ_API_KEY')],
  ['deepseek', openai('https://api.deepseek.com/v1', 'DEEPSEEK_API_KEY')],
  ['openrouter', openai('https://openrouter.ai/api/v1', 'OPENROUTER_API_KEY')],
  ['mistral', openai('https://api.mistral.ai/v1', 'MISTRAL_API_KEY')],
  ['together', openai('https://api.together.xyz/v1', 'TOGETHER_API_KEY')],
  ['fireworks', openai('https://api.fireworks.ai/inference/v1', 'FIREWORKS_API_KEY')],
  ['xai', { ...openai('https://api.x.ai/v1', 'XAI_API_KEY'), hasResponses: true }],
  ['azure', { ...openai(null, 'AZURE_OPENAI_API_KEY', 'AZURE_API_KEY'), auth: 'api-key', hasResponses: true }],
  ['ollama', openai('http://127.0.0.1:11434/v1')],
  ['vllm', openai('http://127.0.0.1:8000/v1')],
]);
