// Calls of one task as a gateway may see them, drawn from a seed: gates that pass nine answers in ten, lengths over orders of magnitude, a prompt
// cache that is warm or cold, three tenants and two languages, one call in twenty with a canary. What is changed in mid-stream is said.
import { createRandom } from '../../src/stats/random.ts';
import type { Observation } from '../../src/watch/observation.ts';

/** What the task is like: shares of the calls, and the middle of the lengths and times. */
export interface World {
  passRate: number;
  escalation: number;
  errors: number;
  outputTokens: number;
  inputTokens: number;
  cachedShare: number;
  decisionUs: number;
  /** How often the cheap answer is right where a canary looks. */
  cheapRight: number;
  /** Share of the calls in a language that nobody used. */
  otherLanguage: number;
}

export const TASK = 'ticket-triage';

export const USUAL: World = {
  passRate: 0.9,
  escalation: 0.1,
  errors: 0.005,
  outputTokens: 200,
  inputTokens: 900,
  cachedShare: 0.6,
  decisionUs: 80,
  cheapRight: 0.9,
  otherLanguage: 0,
};

export interface Traffic {
  seed: number;
  calls: number;
  /** From this call on it is otherwise. */
  changeAt?: number;
  /** From this one on it is as before. */
  changeUntil?: number;
  change?: Partial<World>;
  /** The change is this tenant's only. */
  tenant?: string;
  /** Lengths of a session are alike, languages and lengths change with the hour, and nights are quiet. */
  isRestless?: boolean;
}

export interface Step {
  observation: Observation;
  gap: number | null;
}

const SIGMA = 0.7;
const REFERENCE_RIGHT = 0.95;
const SHARED_LUCK = 0.6;
const CANARIES = 0.05;
const SESSIONS = 40;
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 2, 1);
/** A call every 20 seconds: 50,000 are twelve days. */
const EVERY_MS = 20_000;

/** Draws the calls one by one; each tells whether a canary was made of it, and how that went. */
export function* traffic(options: Traffic): Generator<Step> {
  const { seed, calls, changeAt = Infinity, changeUntil = Infinity, change = {}, tenant, isRestless = false } = options;
  const random = createRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const sessions = Array.from({ length: SESSIONS }, () => normal());
  let atMs = START_MS;
  for (let at = 0; at < calls; at++) {
    const night = isRestless ? (1 + Math.cos((2 * Math.PI * atMs) / DAY_MS)) / 2 : 0.5;
    atMs += EVERY_MS * (isRestless ? 0.4 + 2 * night ** 2 : 1);
    const who = oneOf(random(), [
      ['acme', 0.5],
      ['globex', 0.9],
      ['initech', 1],
    ]);
    const isChanged = at >= changeAt && at < changeUntil;
    const world = isChanged && (tenant === undefined || tenant === who) ? { ...USUAL, ...change } : USUAL;
    const session = Math.floor(random() * SESSIONS);
    let length = normal();
    if (isRestless) {
      // Of the spread, half is the session's, which goes on for some twenty calls.
      if (random() < 0.05) sessions[session] = normal();
      length = Math.SQRT1_2 * (length + (sessions[session] as number));
    }
    yield step({ id: `call-${at}`, atMs, who, night, length, isRestless }, world, { random, normal });
  }
}

interface Drawn {
  id: string;
  atMs: number;
  who: string;
  night: number;
  length: number;
  isRestless: boolean;
}

function step(
  { id, atMs, who, night, length, isRestless }: Drawn,
  world: World,
  { random, normal }: { random: () => number; normal: () => number },
): Step {
  const isFailed = random() < world.errors;
  const isPassed = isFailed ? null : random() < world.passRate;
  const isEscalated = random() < (world.passRate === USUAL.passRate ? world.escalation : 1 - world.passRate);
  const daily = isRestless ? 0.15 * (night - 0.5) : 0;
  const inputTokens = Math.round(world.inputTokens * Math.exp(SIGMA * length + daily));
  const isOther = random() < world.otherLanguage;
  const language = isOther ? 'fr' : random() < 0.7 + (isRestless ? 0.1 * (night - 0.5) : 0) ? 'en' : 'de';
  const hour = new Date(atMs).getUTCHours();
  const band = 4 * Math.floor(hour / 4);
  const provider = random() < 0.8 ? 'openai' : 'anthropic';
  const warm = (random() + random() + random()) / 3;
  const observation: Observation = {
    id,
    atMs,
    task: TASK,
    tenant: who,
    segments: [
      `tenant:${who}`,
      `language:${language}`,
      `hours:${two(band)}-${two(band + 4)}`,
      `input:${inputTokens < 500 ? 'short' : inputTokens < 2000 ? 'middle' : 'long'}`,
    ],
    model: isFailed ? null : isEscalated ? 'big' : 'small',
    provider: isFailed ? null : provider,
    responseModel: isFailed ? null : 'small-2026-01-01',
    fingerprint: null,
    upstreamModel: isFailed ? null : 'small',
    isPassed,
    isEscalated,
    isFailed,
    isFallback: false,
    isUnforeseen: null,
    inputTokens,
    cachedShare: isFailed ? null : Math.min(1, random() < 0.25 ? 0 : warm * (world.cachedShare / 0.375)),
    outputTokens: isFailed ? null : Math.max(1, Math.round(world.outputTokens * Math.exp(SIGMA * normal() + daily))),
    costNanoUsd: isFailed ? 0 : 100_000,
    latencyMs: 900,
    decisionUs: world.decisionUs * Math.exp(0.3 * normal() + (random() < 0.01 ? 2 : 0)),
    arm: null,
  };
  return { observation, gap: random() < CANARIES ? gapOf(random, world) : null };
}

/** Right or not, the cheap answer and the other, and often wrong together. */
export function gapOf(random: () => number, { cheapRight }: World): number {
  const luck = random();
  const other = random() < SHARED_LUCK ? luck : random();
  return Number(luck < cheapRight) - Number(other < REFERENCE_RIGHT);
}

/** The first whose upper bound is above the luck. */
function oneOf(luck: number, names: readonly [string, number][]): string {
  return (names.find(([, upTo]) => luck < upTo) ?? ['none'])[0];
}

function two(hour: number): string {
  return String(hour % 24).padStart(2, '0');
}
