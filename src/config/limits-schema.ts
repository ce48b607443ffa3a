// The schema of what tasks and tenants may be limited to.
import { z } from 'zod';
import { flag, name, number, oneOrMore } from './leaf.ts';

export const limitsShape = {
  private: flag.default(false),
  regions: oneOrMore.optional(),
  allow: oneOrMore.optional(),
  deny: oneOrMore.optional(),
  max_cost_usd: number(0, 1_000_000).optional(),
};

const limitsSchema = z.strictObject(limitsShape);
export type FileLimits = z.output<typeof limitsSchema>;

export const tenantsSchema = z.record(name, limitsSchema);
