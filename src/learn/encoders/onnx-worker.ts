// The thread in which a sentence model of the user's own runs, by way of onnxruntime-node, whose arithmetic holds up the thread that asks for
// it. It loads the model when it starts and dies of whatever goes wrong there.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { workerData } from 'node:worker_threads';
import { answerBatches } from './encoder-port.ts';
import { type Output, toBatch, toVectors } from './onnx-batch.ts';

export interface OnnxOrders {
  /** The files of the packages `onnxruntime-node` and `@huggingface/tokenizers`. */
  runtime: string;
  tokenizers: string;
  /** With `model.onnx`, `tokenizer.json` and perhaps `tokenizer_config.json`. */
  folder: string;
  /** Tokens of a text, at most. */
  longest: number;
}

/** The parts of onnxruntime-node 1.30 that are used here. */
interface Runtime {
  InferenceSession: { create: (file: string, options: object) => Promise<Session> };
  Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => unknown;
}
interface Session {
  inputNames: readonly string[];
  outputNames: readonly string[];
  run: (feeds: Record<string, unknown>, fetches: readonly string[]) => Promise<Record<string, Output>>;
}

/** The parts of @huggingface/tokenizers 0.2 that are used here. */
interface Tokenizers {
  Tokenizer: new (tokenizer: unknown, config: unknown) => { encode: (text: string) => { ids: readonly number[] } };
}

/** Outputs by preference: a vector for the text, else vectors for its tokens. Names as sentence-transformers and optimum export them. */
const OUTPUTS = ['sentence_embedding', 'last_hidden_state', 'token_embeddings'];

async function run({ runtime, tokenizers, folder, longest }: OnnxOrders): Promise<void> {
  const { InferenceSession, Tensor } = createRequire(runtime)(runtime) as Runtime;
  const { Tokenizer } = createRequire(tokenizers)(tokenizers) as Tokenizers;
  const tokenizer = new Tokenizer(readJson(folder, 'tokenizer.json'), readJson(folder, 'tokenizer_config.json'));
  // Whoever serves requests wants the other cores.
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const session = await InferenceSession.create(path.join(folder, 'model.onnx'), options);
  const output = OUTPUTS.find((name) => session.outputNames.includes(name)) ?? session.outputNames[0];
  if (output === undefined) throw new Error('the model has no output');

  answerBatches(async (texts) => {
    const batch = toBatch(
      texts.map((text) => tokenizer.encode(text).ids),
      longest,
    );
    const known: Record<string, BigInt64Array> = {
      input_ids: batch.ids,
      attention_mask: batch.mask,
      token_type_ids: new BigInt64Array(batch.ids.length),
    };
    const feeds: Record<string, unknown> = {};
    for (const name of session.inputNames) {
      const data = known[name];
      if (data === undefined) throw new Error(`the model wants an input "${name}", which sentence models do not have`);
      feeds[name] = new Tensor('int64', data, [batch.rows, batch.columns]);
    }
    const given = await session.run(feeds, [output]);
    return toVectors(given[output] as Output, batch);
  });
}

/** An empty object for a file that is not there. */
function readJson(folder: string, name: string): unknown {
  const file = path.join(folder, name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as unknown) : {};
}

await run(workerData as OnnxOrders);
