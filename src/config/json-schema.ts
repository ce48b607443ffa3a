// The JSON schema of tierline.yaml, for editors. Made from the one schema there is.
import { z } from 'zod';
import type { JsonObject } from '../call/json.ts';
import { configSchema } from './schema.ts';

/** JSON Schema (draft 2020-12) of what may stand in the file. */
export function configJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  return { ...(schema as JsonObject), title: 'tierline.yaml' };
}
