// What the tests of judges share: a folder with samples and kept answers whose labels are known, and a judge that leans as it is told to.
import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { parseConfig } from '../../config/load.ts';
import { createRandom } from '../../stats/random.ts';
import { answerKey, type KeptAnswer } from '../profile/answer.ts';
import { type SampleLine, toSample } from '../samples/sample.ts';

export interface Scope {
  after: (end: () => void | Promise<void>) => void;
}

export interface Character {
  /** Share of its verdicts on single answers that are drawn by lot. */
  noise?: number;
  /** Share of the pairs in which it names the first answer, whatever it says. */
  toFirst?: number;
  /** Added to the score of an answer for every ten characters. */
  perLength?: number;
  /** Share of the pairs in which it prefers the longer. */
  toLonger?: number;
  /** Share of its replies that nobody can read. */
  mumbles?: number;
}

interface Material {
  conversation: { text: string }[];
  answer?: { text: string };
  answers?: { A: { text: string }; B: { text: string } };
}

/** Its reply to a prompt; the same one always. The right answer holds the code that the question names. */
export function scriptedReply(
  prompt: string,
  { noise = 0, toFirst = 0, perLength = 0, toLonger = 0, mumbles = 0 }: Character,
): string {
  const line = prompt.split('\n').find((text) => text.startsWith('{"conversation"')) ?? '';
  const { conversation, answer, answers } = JSON.parse(line) as Material;
  const code = /code (\w+)/.exec(conversation.at(-1)?.text ?? '')?.[1] ?? '';
  const random = createRandom(Number.parseInt(hash('sha256', prompt, 'hex').slice(0, 8), 16));
  if (random() < mumbles) return 'I would rather not say.';
  const scoreOf = ({ text }: { text: string }): number => (text.includes(code) ? 0.9 : 0.1);
  if (answer !== undefined) {
    const score = random() < noise ? (random() < 0.5 ? 0.9 : 0.1) : scoreOf(answer);
    const leaning = score + (perLength * answer.text.length) / 10;
    return JSON.stringify({ score: Math.round(Math.min(1, Math.max(0, leaning)) * 1000) / 1000, reason: 'So it is.' });
  }
  const { A, B } = answers as NonNullable<Material['answers']>;
  // Lots that are the same in both orders are drawn from what does not depend on them.
  const pair = createRandom(
    Number.parseInt(hash('sha256', [A.text, B.text].toSorted().join('\n'), 'hex').slice(0, 8), 16),
  );
  if (random() < toFirst) return JSON.stringify({ better: 'A', reason: 'First come.' });
  const [isLeaning, coin] = [pair() < toLonger, pair() < 0.5];
  const longer = A.text.length >= B.text.length ? 'A' : 'B';
  if (isLeaning) return JSON.stringify({ better: longer, reason: 'Thorough.' });
  if (scoreOf(A) !== scoreOf(B))
    return JSON.stringify({ better: scoreOf(A) > scoreOf(B) ? 'A' : 'B', reason: 'Right.' });
  const first = [A.text, B.text].toSorted()[0];
  return JSON.stringify({ better: (A.text === first) === coin ? 'A' : 'B', reason: 'A matter of taste.' });
}

export interface ScriptedJudge {
  url: string;
  /** Prompts it was sent. */
  prompts: string[];
}

/** A server that answers every chat completion as its script says. */
export async function startScriptedJudge(
  scope: Scope,
  reply: (prompt: string) => string | number,
): Promise<ScriptedJudge> {
  const prompts: string[] = [];
  const server: Server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const { messages } = JSON.parse(text) as { messages: { content: string }[] };
      const prompt = messages.at(-1)?.content ?? '';
      prompts.push(prompt);
      const said = reply(prompt);
      response.setHeader('content-type', 'application/json');
      if (typeof said === 'number') {
        response
          .writeHead(said, { 'retry-after': '0' })
          .end(JSON.stringify({ error: { message: 'scripted', type: 'scripted' } }));
        return;
      }
      const message = { role: 'assistant', content: said };
      response.end(
        JSON.stringify({
          id: 'x',
          object: 'chat.completion',
          created: 1,
          model: 'real-judge',
          choices: [{ index: 0, message, finish_reason: 'stop' }],
          usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, prompts };
}

export interface Planted {
  samples: number;
  /** Share of right answers by model; `small` and `mid` are configured. */
  right: { small: number; mid: number };
  /** More lines than the planted ones. */
  lines?: readonly SampleLine[];
  /** Gates of the task beside the judge, in YAML. */
  gates?: string;
  seed?: number;
}

/** A configuration with the task `letters`, its samples and kept answers in files. The judge is the model `arbiter`. */
export function plant(scope: Scope, url: string, planted: Planted): Config {
  const { samples, right, lines = [], gates = '', seed = 1 } = planted;
  const folder = mkdtempSync(join(tmpdir(), 'judges-'));
  scope.after(() => rmSync(folder, { recursive: true, force: true }));
  const random = createRandom(seed);
  const planned = Array.from({ length: samples }, (_, at): SampleLine => {
    const code = codeOf(at);
    return { id: `s${at}`, prompt: `Write a letter with the code ${code}.`, reference: code };
  });
  const answers = planned.flatMap((line, at) => {
    const sample = toSample(line);
    return (['small', 'mid'] as const).map((model): KeptAnswer => {
      const isRight = random() < right[model];
      const filler = 'word '.repeat(Math.floor(random() * 30));
      return keptAnswer(sample, model, `${filler}${isRight ? codeOf(at) : 'nothing'} ${model}`);
    });
  });
  write(join(folder, 'tierline/samples/letters.jsonl'), [...planned, ...lines]);
  write(join(folder, 'tierline/answers/letters.jsonl'), answers);
  const text = configText(url, gates);
  const file = join(folder, 'tierline.yaml');
  writeFileSync(file, text);
  return parseConfig(text, { file, env: {} });
}

function codeOf(at: number): string {
  return `K${1000 + at}`;
}

export function keptAnswer(sample: { id: string; digest: string }, model: string, text: string): KeptAnswer {
  return {
    kind: 'answer',
    key: answerKey(sample, [`up/real-${model}`]),
    sample: sample.id,
    model,
    upstream: `up/real-${model}`,
    at: '2026-01-01T00:00:00.000Z',
    latencyMs: 10,
    answer: { text, finish: { reason: 'stop', raw: 'stop' } },
    error: null,
    usage: null,
    costNanoUsd: model === 'small' ? 1000 : 10_000,
    costBasis: 'measured',
    responseModel: null,
  };
}

function configText(url: string, gates: string): string {
  return `# A comment that stays.
providers: { up: { dialect: openai, base_url: "${url}", api_key: k } }
models:
  small: { use: up/real-small, tier: small, price: { input: 1, output: 2 } }
  mid: { use: up/real-mid, tier: mid, price: { input: 1, output: 2 } }
  arbiter: { use: up/real-judge, price: { input: 1, output: 2 } }
tasks:
  letters:
    reference: contains
    accept:
      - judge: { model: arbiter, rubric: The code is in it., min: 50% } # a judge
${gates}
    route: { cascade: [small, mid] }
`;
}

function write(path: string, lines: readonly unknown[]): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
