// The schema of tierline.yaml: which keys there are, what they take and what they are when left out. It knows one value
// at a time; what names refer to is checked in references.ts.
import { z } from 'zod';
import { alertsSchema } from './alerts-schema.ts';
import { canarySchema } from './canary-schema.ts';
import { CAPABILITIES, MODEL_KINDS, PROMPT_CACHING } from './config.ts';
import { encodersSchema } from './encoders-schema.ts';
import { duration, flag, name, number, oneOrMore, share, size, text, texts, timeout, whole } from './leaf.ts';
import { tenantsSchema } from './limits-schema.ts';
import { rulesSchema } from './match-schema.ts';
import { rolloutsSchema } from './rollouts-schema.ts';
import { routeSchema } from './route-schema.ts';
import { taskSchema, thresholdsShape } from './task-schema.ts';
import { watchSchema } from './watch-schema.ts';

const serverSchema = z.strictObject({
  host: text.default('127.0.0.1'),
  port: whole(0, 65_535).default(4400),
  max_body: size.default(32 * 1024 * 1024),
  max_depth: whole(8, 10_000).default(512),
  shutdown_grace: duration.default(30_000),
});

/** Never trimmed or echoed: a key is compared as it is. */
const key = z.string().min(4, 'a key has at least 4 characters');
const keyObject = z.strictObject({ key, tenant: name.default('default'), name: name.optional() });
const keysSchema = z.union(
  [
    z.array(z.union([key, keyObject], 'expected a key or { key, tenant, name }')),
    z.record(name, z.union([key, keyObject.omit({ name: true })], 'expected a key or { key, tenant }')),
  ],
  'expected a list of keys, or names with their keys',
);

/** A credential; what the environment gives as a number is text all the same. */
const credential = z.union([z.string(), z.number()], 'expected a text').transform(String);
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'not a header name');
const headerValue = credential.refine((value) => !/[\r\n\0]/.test(value), 'a header value is one line');

const providerSchema = z.strictObject({
  dialect: z.enum(['openai', 'anthropic', 'gemini']).optional(),
  /** Whether an OpenAI-compatible server has /responses, or nothing else. */
  responses: z.union([flag, z.literal('only')], 'expected true, false or only').optional(),
  api_key: credential.optional(),
  base_url: text.optional(),
  auth: z.enum(['bearer', 'x-api-key', 'api-key', 'x-goog-api-key', 'none']).optional(),
  headers: z.record(headerName, headerValue).optional(),
  query: z.record(text, credential).optional(),
  api_version: text.optional(),
  private: flag.optional(),
  region: name.optional(),
  anthropic_version: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/, 'expected a date such as 2023-06-01')
    .optional(),
  anthropic_beta: texts.optional(),
  connections: whole(1, 65_535).optional(),
  package: z
    .string()
    .regex(
      /^npm:(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/,
      'expected npm: and a package name, such as npm:@ai-sdk/mistral',
    )
    .optional(),
  options: z.record(z.string(), z.json()).optional(),
  seed: whole(0).optional(),
  speed: number(0.001, 1_000_000).optional(),
  error_rates: z.record(text, share).optional(),
});
export type FileProvider = z.output<typeof providerSchema>;

const upstream = z.string().regex(/^[^/\s]+\/\S+$/, 'expected provider/model, such as anthropic/claude-haiku-4-5');
const usd = number(0, 1_000_000).optional();

const modelObject = z
  .strictObject({
    use: upstream.optional(),
    deployments: z
      .array(
        z.strictObject({
          use: upstream,
          weight: number(0, 1_000_000)
            .refine((weight) => weight > 0, 'must be above 0')
            .default(1),
        }),
      )
      .min(1, 'a model needs at least one deployment')
      .optional(),
    tier: name.optional(),
    price: z
      .strictObject({ input: usd, output: usd, cache_read: usd, cache_write_5m: usd, cache_write_1h: usd })
      .optional(),
    context_window: whole(1).optional(),
    max_output_tokens: whole(1).optional(),
    capabilities: z.array(z.enum(CAPABILITIES)).optional(),
    kind: z.enum(MODEL_KINDS).optional(),
  })
  .refine((model) => (model.use === undefined) !== (model.deployments === undefined), {
    error: 'a model needs either `use: provider/model` or a list of `deployments`',
  });
/** `provider/upstream-model`, or an object. */
const modelSchema = z.union([upstream, modelObject], 'expected provider/model or an object with `use`');
export type FileModel = z.output<typeof modelSchema>;

const providersSchema = z.record(name, providerSchema.nullable());
const modelName = name.refine((value) => value !== 'auto' && !value.startsWith('auto/'), {
  error: '`auto` stands for the router itself and cannot be a model',
});
const taskName = name.refine((value) => !value.includes('/'), 'a task name has no slash');

/** Where a request says what kind of user asks. */
const userTierSchema = z
  .strictObject({ header: headerName.optional(), metadata: text.optional() })
  .refine((from) => (from.header === undefined) !== (from.metadata === undefined), {
    error: 'is read either from a `header` or from a member of `metadata`',
  });

export const configSchema = z.strictObject({
  server: serverSchema.prefault({}),
  keys: keysSchema.default([]),
  providers: providersSchema.default({}),
  models: z.record(modelName, modelSchema).default({}),
  tiers: z
    .array(name)
    .min(1, 'a ladder has at least one tier')
    .refine((tiers) => new Set(tiers).size === tiers.length, 'a tier appears twice')
    .default(['small', 'mid', 'frontier']),
  observe: flag.default(false),
  baseline: name.optional(),
  tasks: z.record(taskName, taskSchema).default({}),
  rules: rulesSchema.default([]),
  default: routeSchema.optional(),
  rollouts: rolloutsSchema.default({}),
  tenants: tenantsSchema.default({}),
  user_tier: userTierSchema.optional(),
  prompt_caching: z.enum(PROMPT_CACHING).default('off'),
  strict: flag.default(false),
  timeouts: z
    .strictObject({
      connect: timeout.default(5_000),
      first_byte: timeout.default(120_000),
      idle: timeout.default(60_000),
      total: timeout.default(600_000),
      keep_alive: timeout.default(5_000),
    })
    .prefault({}),
  retries: z
    .strictObject({
      max_attempts: whole(1, 20).default(3),
      base_delay: duration.default(100),
      max_delay: duration.default(2_000),
      max_wait: duration.default(1_000),
      budget: share.default(0.2),
    })
    .prefault({}),
  breaker: z
    .strictObject({
      failure_share: share.refine((value) => value > 0, 'must be above 0').default(0.5),
      min_requests: whole(1).default(20),
      window: timeout.default(30_000),
      cooldown: timeout.default(10_000),
    })
    .prefault({}),
  ledger: z
    .strictObject({
      path: text.default('.tierline/ledger.db'),
      durability: z.enum(['journal', 'commit']).default('journal'),
    })
    .prefault({}),
  responses: z
    .strictObject({
      keep: z.enum(['crossing', 'always', 'never']).default('crossing'),
      retention: duration.refine((ms) => ms > 0, 'must be above 0').default(30 * 86_400_000),
    })
    .prefault({}),
  objects: z
    .strictObject({
      retention: duration.refine((ms) => ms > 0, 'must be above 0').default(365 * 86_400_000),
      max_size: size.default(1024 ** 3),
    })
    .prefault({}),
  capture: z
    .strictObject({
      share: share.default(0.05),
      tasks: oneOrMore.optional(),
      retention: duration.refine((ms) => ms > 0, 'must be above 0').default(30 * 86_400_000),
      max_size: size.default(256 * 1024 ** 2),
      mask: flag.default(true),
    })
    .optional(),
  canary: canarySchema.optional(),
  watch: watchSchema.prefault({}),
  answer: z
    .strictObject({
      cost_in_usage: flag.default(true),
      headers: flag.default(true),
      litellm_compat: flag.default(false),
    })
    .prefault({}),
  profile: z.strictObject(thresholdsShape).prefault({}),
  judges: z
    .strictObject({
      kappa: share.default(0.6),
      false_pass: share.default(0.1),
      bias: share.default(0.1),
      min_labels: whole(1).default(30),
    })
    .prefault({}),
  encoders: encodersSchema.default({}),
  alerts: alertsSchema.prefault({}),
  context_guard: share.refine((value) => value > 0, 'must be above 0').default(0.8),
});

/** What tierline.yaml says, key by key, defaults filled in. */
export type FileConfig = z.output<typeof configSchema>;

/** What tierline.yaml may say. */
export type FileConfigInput = z.input<typeof configSchema>;
