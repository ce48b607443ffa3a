// Starts the built gateway for a black-box conformance run: an OpenAI, an Anthropic and a Gemini provider behind one key.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const CLIENT_KEY = 'tl-conformance-client-key';
const PROVIDER_KEY = 'sk-provider-key-held-by-the-gateway';

const config = (mock) => `
server: { host: 127.0.0.1, port: 0 }
keys: [{ key: ${CLIENT_KEY}, tenant: conformance }]
providers:
  openai: { base_url: ${mock}/v1, api_key: ${PROVIDER_KEY} }
  anthropic: { base_url: ${mock}, api_key: ${PROVIDER_KEY} }
  gemini: { base_url: ${mock}, api_key: ${PROVIDER_KEY} }
models:
  gpt-mock: { use: openai/gpt-mock, tier: small }
  claude-mock: { use: anthropic/claude-mock, tier: mid }
  gemini-mock: { use: gemini/gemini-mock, tier: small }
  embed-mock: { use: openai/embed-mock }
timeouts: { connect: 2s, first_byte: 30s, idle: 5s, total: 60s }
`;

/** @param {{ mock: string }} options base URL of the scripted upstream */
export default async function startProfile({ mock }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tierline-conformance-'));
  writeFileSync(path.join(folder, 'tierline.yaml'), config(mock));
  const child = spawn(process.execPath, [main, 'serve', '--config', path.join(folder, 'tierline.yaml')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await listening(child);
  return {
    env: {
      GATEWAY_OPENAI_URL: `${url}/v1`,
      GATEWAY_ANTHROPIC_URL: url,
      GATEWAY_GEMINI_URL: url,
      GATEWAY_KEY: CLIENT_KEY,
      UPSTREAM_KEY: PROVIDER_KEY,
      MODEL_OPENAI: 'gpt-mock',
      MODEL_ANTHROPIC: 'claude-mock',
      MODEL_GEMINI: 'gemini-mock',
      MODEL_EMBED: 'embed-mock',
      CAPS: 'cross,vkeys,validates,proxy,embeddings,responses,batches,gemini',
    },
    stop: async () => {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await new Promise((resolve) => child.once('exit', resolve));
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The URL that the gateway prints once it listens. */
function listening(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
      if (url) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}: ${text}`)));
  });
}
