// Vectors that have been made, in a file, so that a training that is interrupted or done again pays for none twice. One file for each
// encoder, whose name stands in it; texts are known by their digest alone.
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { parseObject } from '../../call/json.ts';

export interface VectorFile {
  /** Null for a text that it does not hold. */
  get: (text: string) => Float32Array | null;
  /** Writes at once. All vectors of a file have as many numbers as the first one; throws Error for another. */
  add: (text: string, vector: Float32Array) => void;
  close: () => void;
}

const DIGEST_BYTES = 32;
const NEWLINE = 10;
/** What the first line says. */
interface Head {
  encoder: string;
  dimensions: number;
}

/** Where the vectors of an encoder are kept, below the folder of artifacts. */
export function vectorFileOf(folder: string, encoder: string): string {
  return path.join(folder, 'embeddings', `${encoder.replaceAll(/[^A-Za-z0-9._@-]/g, '_')}.bin`);
}

/** Made when it is not there. Throws Error for a file of another encoder, or of another kind. */
export function openVectorFile(file: string, encoder: string): VectorFile {
  mkdirSync(path.dirname(file), { recursive: true });
  const fd = openSync(file, 'a+');
  const held = new Map<string, Float32Array>();
  let dimensions: number | null = null;
  try {
    const bytes = readFileSync(file);
    if (bytes.length > 0) {
      const { head, start } = readHead(bytes, file);
      if (head.encoder !== encoder) throw new Error(`${file} holds vectors of ${head.encoder}, not of ${encoder}`);
      dimensions = head.dimensions;
      const size = DIGEST_BYTES + dimensions * 4;
      const count = Math.floor((bytes.length - start) / size);
      for (let at = 0; at < count; at++) {
        const record = bytes.subarray(start + at * size, start + (at + 1) * size);
        held.set(record.toString('base64', 0, DIGEST_BYTES), toVector(record.subarray(DIGEST_BYTES)));
      }
      // What was being written when the process died.
      ftruncateSync(fd, start + count * size);
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return {
    get: (text) => held.get(digestOf(text).toString('base64')) ?? null,
    add: (text, vector) => {
      if (dimensions === null) {
        dimensions = vector.length;
        writeSync(fd, `${JSON.stringify({ encoder, dimensions } satisfies Head)}\n`);
      }
      if (vector.length !== dimensions) throw new Error(`${vector.length} numbers, where ${file} has ${dimensions}`);
      const digest = digestOf(text);
      writeSync(fd, Buffer.concat([digest, toBytes(vector)]));
      held.set(digest.toString('base64'), vector);
    },
    close: () => closeSync(fd),
  };
}

function readHead(bytes: Buffer, file: string): { head: Head; start: number } {
  const end = bytes.indexOf(NEWLINE);
  const { encoder, dimensions } = (end === -1 ? null : parseObject(bytes.toString('utf8', 0, end))) ?? {};
  if (typeof encoder !== 'string' || typeof dimensions !== 'number' || !(dimensions > 0))
    throw new Error(`${file} holds no vectors`);
  return { head: { encoder, dimensions }, start: end + 1 };
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Little-endian 32-bit floats, whatever the machine. */
function toBytes(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes;
}

function toVector(bytes: Buffer): Float32Array {
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
}
