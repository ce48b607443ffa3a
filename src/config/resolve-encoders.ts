// Makes encoders, as data, of what `encoders` says: models are looked up, the file of a prompt is read.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ModelConfig } from './config.ts';
import type { EncoderConfig } from './encoder-config.ts';
import type { FileEncoder } from './encoders-schema.ts';
import { unknownName } from './names.ts';
import type { Ladder } from './resolve-route.ts';

/** In the order of the file. */
export function resolveEncoders(
  file: Readonly<Record<string, FileEncoder>>,
  ladder: Ladder,
): ReadonlyMap<string, EncoderConfig> {
  return new Map(Object.entries(file).map(([name, written]) => [name, resolveEncoder(name, written, ladder)]));
}

/** Files that the encoders were made from, absolute: a change of one is a change of the configuration. */
export function encoderFiles(encoders: ReadonlyMap<string, EncoderConfig>): string[] {
  return [...encoders.values()].flatMap((encoder) =>
    encoder.kind === 'llm' && encoder.prompt !== null ? [encoder.prompt.file] : [],
  );
}

function resolveEncoder(name: string, written: FileEncoder, ladder: Ladder): EncoderConfig {
  switch (written.kind) {
    case 'use-lite':
      return { kind: 'use-lite', name };
    case 'onnx':
      return { kind: 'onnx', name, folder: resolve(ladder.folder, written.path) };
    case 'embeddings':
      checkModel(name, written.model, { ladder, kind: 'embedding' });
      return { kind: 'embeddings', name, model: written.model };
    case 'llm':
      checkModel(name, written.model, { ladder, kind: 'chat' });
      return { kind: 'llm', name, model: written.model, prompt: readPrompt(name, written.prompt, ladder) };
  }
}

function checkModel(
  name: string,
  model: string,
  { ladder, kind }: { ladder: Ladder; kind: NonNullable<ModelConfig['kind']> },
): void {
  const { names, models, report } = ladder;
  const path = ['encoders', name, 'model'];
  if (!names.models.has(model)) return report(unknownName('model', model, { path, known: names.models }));
  const given = models.get(model)?.kind ?? kind;
  if (given === kind) return;
  const message = kind === 'chat' ? `"${model}" makes embeddings and cannot talk` : `"${model}" makes no embeddings`;
  report({ path, at: 'value', message });
}

function readPrompt(
  name: string,
  written: string | undefined,
  { folder, report }: Ladder,
): { text: string; file: string } | null {
  if (written === undefined) return null;
  const file = resolve(folder, written);
  const flaw = (message: string): null => {
    report({ path: ['encoders', name, 'prompt'], at: 'value', message });
    return null;
  };
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? flaw(`${file} is empty`) : { text, file };
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return flaw(code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read (${code})`);
  }
}
