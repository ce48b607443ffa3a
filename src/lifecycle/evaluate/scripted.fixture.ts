// What tests of evaluations share: a folder with a configuration and samples, and an upstream that answers as it is told.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { JsonObject } from '../../call/json.ts';
import type { Config } from '../../config/config.ts';
import { parseConfig } from '../../config/load.ts';
import type { RoutedCall } from './run-file.ts';
import type { EvaluatedSample } from './summarise-run.ts';

/** A text is a whole answer; a number is an error status. */
export type Script = (question: { model: string; text: string; body: JsonObject }) => string | number;

export interface ScriptedUpstream {
  url: string;
  /** Every question in its order: the model and the last message. */
  asked: { model: string; text: string }[];
}

/** An upstream of OpenAI's dialect on this machine. Every answer has 100 tokens in and 10 out. */
export async function startUpstream(t: TestContext, script: Script): Promise<ScriptedUpstream> {
  const asked: ScriptedUpstream['asked'] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as JsonObject & { model: string };
    const messages = body.messages as { content: string }[];
    const question = { model: body.model, text: messages.at(-1)?.content ?? '' };
    asked.push(question);
    const said = script({ ...question, body });
    const isError = typeof said === 'number';
    response.writeHead(isError ? said : 200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(isError ? { error: { message: 'scripted', type: 'server_error' } } : reply(question.model, said)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
}

function reply(model: string, content: string): unknown {
  return {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: `${model}-2026-01-01`,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
  };
}

/** A folder for one test, with files in it. */
export function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-evaluate-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}

export function linesOf(samples: readonly object[]): string {
  return samples.map((sample) => `${JSON.stringify(sample)}\n`).join('');
}

/** Models `small` at a dollar a million tokens, `mid` at ten, `judge` at a hundred, all at one upstream. */
export function scriptedConfig(folder: string, url: string, tasks: string): Config {
  const text = `
providers: { local: { dialect: openai, base_url: "${url}" } }
models:
  small: { use: local/s, tier: small, price: { input: 1, output: 1 } }
  mid: { use: local/m, tier: mid, price: { input: 10, output: 10 } }
  judge: { use: local/j, price: { input: 100, output: 100 } }
baseline: mid
retries: { max_attempts: 1 }
ledger: { path: ":memory:" }
tasks: ${tasks}
`;
  return parseConfig(text, { file: join(folder, 'tierline.yaml'), env: {} });
}

export function routedCall(more: Partial<RoutedCall> = {}): RoutedCall {
  return {
    kind: 'call',
    key: 'k',
    sample: 's',
    at: '2026-01-01T00:00:00.000Z',
    latencyMs: 100,
    model: 'small',
    tier: 'small',
    responseModel: 'small-2026-01-01',
    escalated: false,
    attempts: [],
    costNanoUsd: 1000,
    costBasis: 'measured',
    usage: null,
    answer: { text: 'yes', finish: { reason: 'stop', raw: 'stop' } },
    error: null,
    ...more,
  };
}

/** `call` null: the run ended before. */
export function evaluatedSample(
  id: string,
  pass: boolean | null,
  { call = {}, ...more }: Partial<Omit<EvaluatedSample, 'call'>> & { call?: Partial<RoutedCall> | null } = {},
): EvaluatedSample {
  const verdicts = pass === false ? [{ gate: 'reference', pass, score: 0, reason: 'differs', costNanoUsd: 0 }] : [];
  return {
    id,
    digest: `digest of ${id}`,
    weight: 1,
    isSeen: false,
    pass,
    verdicts,
    call: call === null ? null : routedCall({ key: `digest of ${id}`, sample: id, ...call }),
    ...more,
  };
}
