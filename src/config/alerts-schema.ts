// The schema of `alerts`: to whom alerts are told, how often, and the thresholds of each rule.
import { z } from 'zod';
import { duration, number, share, text } from './leaf.ts';

/** One of a few words, told with what else may stand in its place. */
function word<Value>(meanings: Readonly<Record<string, Value>>, expected: string) {
  const words = Object.keys(meanings);
  return z
    .string()
    .meta({ enum: words })
    .transform((written, context): Value => {
      if (Object.hasOwn(meanings, written)) return meanings[written] as Value;
      context.issues.push({ code: 'custom', input: written, message: expected });
      return z.NEVER;
    });
}

const MIN_SECRET = 16;

/** A secret; what the environment gives as a number is text all the same. */
const secret = z
  .union([z.string(), z.number()], 'expected a text')
  .transform((value) => String(value).trim())
  .refine((value) => value.length >= MIN_SECRET, `has fewer than ${MIN_SECRET} characters and could be guessed`)
  .refine((value) => !value.startsWith('whsec_') || isKey(value.slice('whsec_'.length)), {
    error: `begins with whsec_, and what follows is not the base64 of at least ${MIN_SECRET} bytes`,
  });

function isKey(base64: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) && Buffer.from(base64, 'base64').length >= MIN_SECRET;
}

const sinkObject = z
  .strictObject({
    log: z.enum(['sentence', 'json']).optional(),
    webhook: text.optional(),
    secret: secret.optional(),
    slack: text.optional(),
  })
  .refine(({ log, webhook, slack }) => [log, webhook, slack].filter((value) => value !== undefined).length === 1, {
    error: 'is exactly one of `log`, `webhook` and `slack`',
  })
  .refine(({ webhook, secret: given }) => given === undefined || webhook !== undefined, {
    error: '`secret` goes with `webhook`',
  });
export type FileSink = z.output<typeof sinkObject>;
const SINKS = 'expected log, { webhook, secret } or { slack }';
const LOG: FileSink = { log: 'sentence' };
const sinkSchema = z.union([word({ log: LOG }, SINKS), sinkObject], SINKS);

const SWITCH = { on: true, off: false, true: true, false: false };
const ON = Object.freeze({});

/** A rule without thresholds: null when it is off. */
function plain() {
  const expected = 'expected on or off';
  return z
    .union([z.boolean(), word(SWITCH, expected)], expected)
    .transform((isOn) => (isOn ? ON : null))
    .prefault('on');
}

/** A rule with a threshold: null when it is off. */
function withThreshold<Shape extends z.ZodRawShape>(shape: Shape) {
  const thresholds = z.strictObject(shape);
  const expected = `expected on, off or { ${Object.keys(shape).join(', ')} }`;
  return z
    .union([z.boolean(), word(SWITCH, expected), thresholds], expected)
    .transform((written) => {
      if (written === true) return thresholds.parse({});
      return written === false ? null : written;
    })
    .prefault('on');
}

/** A share that something can reach. */
const level = share.refine((value) => value > 0, 'must be above 0');

const rulesSchema = z.strictObject({
  pass_rate: plain(),
  escalation: withThreshold({ above: level.default(0.4) }),
  output_length: withThreshold({ growth: number(1.01, 1000).default(1.5) }),
  input_length: plain(),
  input_mix: plain(),
  cache_hit: withThreshold({ below: level.default(0.4) }),
  decision_time: plain(),
  canary_gap: withThreshold({ points: number(0.1, 100).default(3) }),
  errors: withThreshold({ above: level.default(0.05) }),
  fallback: withThreshold({ above: level.default(0.05) }),
  unknown_cost: plain(),
  model_changed: plain(),
  price_changed: plain(),
  budget: withThreshold({ at: level.default(0.8) }),
  rollout: plain(),
  action: plain(),
});

export const alertsSchema = z.strictObject({
  to: z.array(sinkSchema).prefault(['log']),
  repeat: duration.refine((ms) => ms >= 60_000, 'must be at least 1m').default(86_400_000),
  rules: rulesSchema.prefault({}),
});
export type FileAlerts = z.output<typeof alertsSchema>;
