// The schema of `encoders`: by name, what makes vectors of requests for learned routers that want one.
import { z } from 'zod';
import { name, text } from './leaf.ts';

const encoderSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('use-lite') }),
    z.strictObject({ kind: z.literal('embeddings'), model: name }),
    z.strictObject({ kind: z.literal('onnx'), path: text }),
    z.strictObject({ kind: z.literal('llm'), model: name, prompt: text.optional() }),
  ],
  'expected { kind } with use-lite, embeddings, onnx or llm',
);
export type FileEncoder = z.output<typeof encoderSchema>;

export const encodersSchema = z.record(name, encoderSchema);
