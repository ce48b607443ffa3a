// Encoders for tests: one whose answers the test gives, and packages as energetic-ai's are, in a folder of their own.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { Encoded, Encoder } from './encoder.ts';

export interface ScriptedEncoder extends Encoder {
  /** What was asked, in order; settled by the test, or at once by `respond`. */
  readonly asked: { text: string; settle: PromiseWithResolvers<Encoded> }[];
  isClosed: boolean;
}

/** `respond`: answers at once; a test settles each by itself when left out. */
export function scriptedEncoder(respond?: (text: string) => Encoded): ScriptedEncoder {
  const encoder: ScriptedEncoder = {
    name: 'scripted@1',
    dimensions: 2,
    sentTo: 'small',
    asked: [],
    isClosed: false,
    encode: (text) => {
      const settle = Promise.withResolvers<Encoded>();
      encoder.asked.push({ text, settle });
      try {
        if (respond !== undefined) settle.resolve(respond(text));
      } catch (error) {
        settle.reject(error);
      }
      return settle.promise;
    },
    close: () => {
      encoder.isClosed = true;
      return Promise.resolve();
    },
  };
  return encoder;
}

/** A vector that tells its text by length and first letter. */
export function lettersOf(text: string): Encoded {
  return { vector: Float32Array.of(text.length, text.codePointAt(0) ?? 0), costNanoUsd: 7 };
}

/** A folder that goes with the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tierline-encoder-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Puts a package of one CommonJS file into the folder's `node_modules`. */
export function installPackage(folder: string, name: string, source: string): string {
  const place = path.join(folder, 'node_modules', ...name.split('/'));
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, 'package.json'), JSON.stringify({ name, version: '9.8.7', main: './index.cjs' }));
  writeFileSync(path.join(place, 'index.cjs'), source);
  return path.join(place, 'index.cjs');
}
