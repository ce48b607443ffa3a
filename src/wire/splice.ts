// Replaces pieces of a byte string and leaves every other byte as it is.

/** Replace the bytes from `start` to `end` (exclusive) by `text`; equal positions insert. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** A copy of `bytes` with the edits applied; edits must be in ascending order and must not overlap. */
export function splice(bytes: Buffer, edits: readonly Edit[]): Buffer {
  if (edits.length === 0) return bytes;
  let size = bytes.length;
  for (const edit of edits) size += Buffer.byteLength(edit.text) - (edit.end - edit.start);
  const out = Buffer.allocUnsafe(size);
  let from = 0;
  let to = 0;
  for (const edit of edits) {
    to += bytes.copy(out, to, from, edit.start);
    to += out.write(edit.text, to);
    from = edit.end;
  }
  bytes.copy(out, to, from);
  return out;
}
