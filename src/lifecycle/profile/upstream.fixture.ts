// A provider for tests of runs: an OpenAI-compatible server that answers as it is told, and a configuration whose models it serves.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Config } from '../../config/config.ts';
import { parseConfig } from '../../config/load.ts';

export interface Told {
  status?: number;
  headers?: Record<string, string>;
  /** Text of the answer, or the message of an error. */
  text: string;
  tokens?: { input: number; output: number };
  delayMs?: number;
}

export interface Upstream {
  url: string;
  /** Every question in the order in which it came: model and the last user message. */
  asked: { model: string; prompt: string }[];
  /** Questions under way at most. */
  most: () => number;
}

type Answerer = (question: { model: string; prompt: string; turn: number }) => Told;

export async function startUpstream(t: TestContext, answer: Answerer): Promise<Upstream> {
  const asked: Upstream['asked'] = [];
  let running = 0;
  let most = 0;
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { model: string; messages: { content: string }[] };
      const question = { model: body.model, prompt: body.messages.at(-1)?.content ?? '' };
      const turn = asked.filter(({ model, prompt }) => model === question.model && prompt === question.prompt).length;
      asked.push(question);
      most = Math.max(most, ++running);
      const told = answer({ ...question, turn });
      setTimeout(() => {
        running--;
        response.writeHead(told.status ?? 200, { 'content-type': 'application/json', ...told.headers });
        response.end(JSON.stringify(toBody(body.model, told)));
      }, told.delayMs ?? 0);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked, most: () => most };
}

function toBody(model: string, { status = 200, text, tokens = { input: 100, output: 10 } }: Told): object {
  if (status >= 300) return { error: { message: text, type: 'test', code: null } };
  return {
    id: 'x',
    object: 'chat.completion',
    created: 1,
    model: `${model}-2026-01-01`,
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: tokens.input,
      completion_tokens: tokens.output,
      total_tokens: tokens.input + tokens.output,
    },
  };
}

/** Models `small` (USD 1 / 2 per million), `large` (10 / 20) and `judge` (1 / 1), of one provider; `models` are lines for more. */
export function configFor(url: string, tasks: string, models = '', { small = 'up/small' } = {}): Config {
  const text = `
providers: { up: { dialect: openai, base_url: ${url}, api_key: test } }
models:
  small: { use: ${small}, tier: small, price: { input: 1, output: 2 } }
  large: { use: up/large, tier: frontier, price: { input: 10, output: 20 } }
  judge: { use: up/judge, price: { input: 1, output: 1 } }
${models}
tasks:
${tasks}
`;
  return parseConfig(text, { file: '/nowhere/tierline.yaml', env: {} });
}
