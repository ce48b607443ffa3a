// Vectors of rows' requests by an encoder of the configuration, for training and assessing with one. Each is made once and kept beside the
// artifact; what has to be paid is asked for first.
import type { NanoUsd } from '../../call/money.ts';
import { toUsage } from '../../call/usage.ts';
import type { Config } from '../../config/config.ts';
import type { EncoderConfig } from '../../config/encoder-config.ts';
import { maySee } from '../../encoding.ts';
import { openUnrecorded } from '../../instance.ts';
import { DEFAULT_PROMPT } from '../../learn/encoders/classifier-prompt.ts';
import { encodeAll } from '../../learn/encoders/encode-all.ts';
import type { Encoder } from '../../learn/encoders/encoder.ts';
import { openVectorFile, vectorFileOf } from '../../learn/encoders/vector-file.ts';
import type { DenseMatrix } from '../../learn/features/features.ts';
import type { Row } from '../../learn/rows/row.ts';
import type { Policy } from '../../policy/policy.ts';
import type { CommandIo } from '../command-io.ts';
import { askForLeave, stopOnSignal } from '../paid-run.ts';

export interface VectorOptions {
  /** By its name in the configuration, or by the name that an artifact knows it under. */
  encoder: { written: string } | { known: string };
  config: Config | null;
  /** Where vectors are kept. */
  folder: string;
  maxUsd?: number | undefined;
  yes?: boolean | undefined;
}

/** What of a row says who may see it. */
export type Asked = Pick<Row, 'prompt' | 'task' | 'segment'>;

export interface TextVectors {
  /** As artifacts know the encoder. */
  name: string;
  /** Row after row, in the order of the texts. Throws Error for a text that was not encoded. */
  of: (texts: readonly string[]) => DenseMatrix;
}

/** Rejects with an Error whose message is for the user; vectors that were made until then are kept. */
export async function vectorsOf(
  rows: readonly Asked[],
  { encoder: which, config, folder, ...leave }: VectorOptions,
  io: CommandIo,
): Promise<TextVectors> {
  const instance = await openUnrecorded(encodersAlone(config, which));
  try {
    const { byName } = instance.encoders;
    const encoder = 'known' in which ? byName.get(which.known) : [...byName.values()][0];
    if (encoder === undefined) throw new Error(sayUnknown(which, [...byName.keys()]));
    const { policy } = instance.engine;
    refuseRows(rows, encoder, policy);
    const texts = rows.map(({ prompt }) => prompt);
    return await encodeTexts(texts, encoder, { policy, folder, leave, io });
  } finally {
    await instance.close();
  }
}

/** Tasks are no tenants: nobody's name is this. */
const keyOf = (task: string): string => `\u0000${task}`;

/** Routes may name artifacts that are still to be made; encoders need none of them, only who may see the requests of a task. */
function encodersAlone(config: Config | null, which: VectorOptions['encoder']): Config {
  const name = 'written' in which ? which.written : which.known;
  if (config === null)
    throw new Error(`The encoder ${name} stands in a configuration: say with --config where that is.`);
  const known = [...config.encoders.keys()];
  const written = 'written' in which ? config.encoders.get(which.written) : null;
  if (written === undefined)
    throw new Error(
      `There is no encoder ${name} in the configuration. ${known.length === 0 ? 'It has none; they stand under `encoders`' : `There are: ${known.join(', ')}`}.`,
    );
  const encoders: ReadonlyMap<string, EncoderConfig> = written === null ? config.encoders : new Map([[name, written]]);
  const tenants = new Map([
    ...config.tenants,
    ...[...config.tasks].map(([task, limits]) => [keyOf(task), limits] as const),
  ]);
  return { ...config, encoders, tenants, tasks: new Map(), rules: [], defaultRoute: null };
}

/** Throws Error for rows that may not go to the encoder, and for those of which it makes nothing. */
function refuseRows(rows: readonly Asked[], encoder: Encoder, policy: Policy): void {
  const blank = rows.filter(({ prompt }) => prompt.trim() === '').length;
  if (blank > 0) throw new Error(`${blank} rows ask nothing, and no encoder makes a vector of that: leave them out.`);
  const kinds = new Map(rows.map(({ task, segment }) => [JSON.stringify([task, segment]), { task, segment }]));
  for (const { task, segment } of kinds.values()) {
    const limits = [task === null ? null : keyOf(task), segment].flatMap((name) =>
      name === null ? [] : (policy.tenants.get(name) ?? []),
    );
    if (!maySee(policy, encoder, limits))
      throw new Error(
        `Requests of ${task === null ? segment : `the task ${task}`} may not be shown to ${encoder.sentTo}: leave their rows out, or take an encoder on this machine.`,
      );
  }
}

function sayUnknown(which: VectorOptions['encoder'], known: readonly string[]): string {
  const name = 'known' in which ? which.known : which.written;
  const there = known.length === 0 ? 'none' : known.join(', ');
  return `The artifact wants vectors by ${name}, and no encoder of the configuration is that one. There are: ${there}.`;
}

interface Encoding {
  policy: Policy;
  folder: string;
  leave: Pick<VectorOptions, 'maxUsd' | 'yes'>;
  io: CommandIo;
}

async function encodeTexts(
  texts: readonly string[],
  encoder: Encoder,
  { policy, folder, leave, io }: Encoding,
): Promise<TextVectors> {
  const kept = openVectorFile(vectorFileOf(folder, encoder.name), encoder.name);
  const stop = stopOnSignal(io);
  const dear = new AbortController();
  try {
    const open = [...new Set(texts.filter((text) => kept.get(text) === null))];
    const ceiling = encoder.sentTo === null ? null : await leaveToPay(open, encoder.sentTo, { policy, leave, io });
    let told = 0;
    const { vectors, failed, costNanoUsd } = await encodeAll(encoder, texts, {
      kept,
      // Those that are under way when a ceiling is reached are paid.
      ...(ceiling === null ? {} : { concurrency: 2 }),
      signal: AbortSignal.any([stop.signal, dear.signal]),
      onProgress: ({ done, total, costNanoUsd: spent }) => {
        // What nobody knows the cost of may have cost anything.
        if (ceiling !== null && (spent === null || spent >= ceiling)) dear.abort();
        const tenths = Math.floor((10 * done) / Math.max(1, total));
        if (tenths > told) io.warn(`vectors by ${encoder.name}: ${10 * tenths} %`);
        told = Math.max(told, tenths);
      },
    });
    if (costNanoUsd === null) io.warn(`what the vectors by ${encoder.name} cost is not known`);
    else if (costNanoUsd > 0) io.warn(`vectors by ${encoder.name} cost $${(costNanoUsd / 1e9).toFixed(6)}`);
    const why = stop.signal.aborted ? 'it was stopped' : dear.signal.aborted ? 'the ceiling was reached' : null;
    if (failed.texts > 0) throw new Error(sayFailed(failed, { why, name: encoder.name }));
    return { name: encoder.name, of: lookup(texts, vectors as Float32Array[]) };
  } finally {
    stop.release();
    kept.close();
  }
}

function sayFailed(
  { texts, reason }: { texts: number; reason: string | null },
  { why, name }: { why: string | null; name: string },
): string {
  const rest = why === null ? '.' : '; the same command goes on from there.';
  return `${texts} requests have no vector by ${name}: ${why ?? reason}. Those that were made are kept${rest}`;
}

/** An answer of a model that says how hard a request is. */
const RATING_TOKENS = 12;

async function leaveToPay(
  open: readonly string[],
  model: string,
  { policy, leave, io }: Omit<Encoding, 'folder'>,
): Promise<NanoUsd | null> {
  const { kind, priceOf } = policy.models.get(model) ?? { kind: null, priceOf: () => null };
  const isTalking = kind !== 'embedding';
  const characters = open.reduce((sum, text) => sum + text.length + (isTalking ? DEFAULT_PROMPT.length : 0), 0);
  const outputTokens = isTalking ? open.length * RATING_TOKENS : 0;
  const cost = priceOf(toUsage({ inputTokens: Math.ceil(characters / 4), outputTokens }), Date.now(), null);
  return await askForLeave(
    {
      count: open.length,
      what: `${model} for the vectors of ${open.length} requests`,
      expected: cost === null ? null : { low: cost, high: cost },
      unpriced: cost === null ? [model] : [],
      lost: 0,
      beside: null,
    },
    leave,
    io,
  );
}

function lookup(texts: readonly string[], vectors: readonly Float32Array[]): TextVectors['of'] {
  const known = new Map(texts.map((text, at) => [text, vectors[at] as Float32Array]));
  const columns = vectors[0]?.length ?? 0;
  return (asked) => {
    const values = new Float64Array(asked.length * columns);
    for (const [row, text] of asked.entries()) {
      const vector = known.get(text);
      if (vector === undefined) throw new Error('a request has no vector');
      values.set(vector, row * columns);
    }
    return { rows: asked.length, columns, values };
  };
}
