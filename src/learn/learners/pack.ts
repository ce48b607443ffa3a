// Numbers as an artifact keeps them: base64 of little-endian floats or bytes, short and exact enough. Reading checks everything.
import type { JsonObject } from '../../call/json.ts';

/** No count in an artifact comes near it; a larger one is a mistake or a trap. */
const MOST_COUNTED = 2 ** 24;

/** Packs as 32-bit floats: `f32:` and base64. */
export function packFloats(values: ArrayLike<number>): string {
  const floats = Float32Array.from(values);
  return `f32:${Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength).toString('base64')}`;
}

/**
 * Packs as bytes from -127 to 127 with one scale for all: `i8:`, the scale, `:` and base64. For large tables, whose values need not be
 * known to more than a hundredth of the largest.
 */
export function packBytes(values: ArrayLike<number>): string {
  const { bytes, scale } = toBytes(values);
  return `i8:${scale}:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;
}

/** A table in a quarter of the room, each value `scale` times its byte: what is read here and there has to fit the processor's cache. */
export interface ByteTable {
  bytes: Int8Array;
  scale: number;
}

export function toBytes(values: ArrayLike<number>): ByteTable {
  let most = 0;
  for (let at = 0; at < values.length; at++) most = Math.max(most, Math.abs(values[at] as number));
  const scale = most < 1e-30 ? 1 : most / 127;
  return {
    bytes: Int8Array.from({ length: values.length }, (_, at) => Math.round((values[at] as number) / scale)),
    scale,
  };
}

/** Unpacks either. Throws Error, as the rest of a sentence about `name`, for anything else, another count, or values that are no numbers. */
export function unpack(packed: unknown, name: string, count: number): Float32Array {
  if (typeof packed !== 'string') throw new Error(`${name} is not packed numbers`);
  const [kind, first = '', second] = packed.split(':', 3);
  const values =
    kind === 'f32' ? floatsOf(first) : kind === 'i8' && second !== undefined ? bytesOf(Number(first), second) : null;
  if (values === null) throw new Error(`${name} is not packed numbers`);
  if (values.length !== count) throw new Error(`${name} has ${values.length} numbers and should have ${count}`);
  if (!values.every(Number.isFinite)) throw new Error(`${name} has values that are no numbers`);
  return values;
}

/** Packs which of `length` places are meant, one bit for each: `bits:` and base64. */
export function packBits(places: Int32Array, length: number): string {
  const bytes = new Uint8Array(Math.ceil(length / 8));
  for (const place of places) bytes[place >> 3] = (bytes[place >> 3] as number) | (1 << (place & 7));
  return `bits:${Buffer.from(bytes).toString('base64')}`;
}

/** The places, ascending. */
export function unpackBits(packed: unknown, name: string, length: number): Int32Array {
  if (typeof packed !== 'string' || !packed.startsWith('bits:')) throw new Error(`${name} is not packed bits`);
  const bytes = Buffer.from(packed.slice('bits:'.length), 'base64');
  if (bytes.length !== Math.ceil(length / 8)) throw new Error(`${name} has not the bits that it should have`);
  const places: number[] = [];
  for (let place = 0; place < length; place++)
    if (((bytes[place >> 3] as number) & (1 << (place & 7))) !== 0) places.push(place);
  return Int32Array.from(places);
}

/** A member that is a count, of `least` at least. Throws Error as `unpack` does. */
export function readCount(json: JsonObject, name: string, least = 0): number {
  const value = json[name];
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > MOST_COUNTED)
    throw new Error(`${name} is no count`);
  return value as number;
}

function floatsOf(base64: string): Float32Array | null {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length % 4 !== 0) return null;
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
}

function bytesOf(scale: number, base64: string): Float32Array | null {
  const bytes = Buffer.from(base64, 'base64');
  if (!(scale > 0 && Number.isFinite(scale))) return null;
  return Float32Array.from(bytes, (byte) => ((byte << 24) >> 24) * scale);
}
