// Has a model make variants of samples, within a ceiling. What is paid is in the file in the turn in which it comes, so a run that is killed
// loses only what was under way.
import type { Ask } from '../../ask.ts';
import type { NanoUsd } from '../../call/money.ts';
import { toUsage } from '../../call/usage.ts';
import { Asking } from '../../delivery/asking.ts';
import type { PolicyModel } from '../../policy/policy.ts';
import { type LaneOptions, type LaneResult, runLane } from '../profile/lane.ts';
import type { Clock } from '../profile/run-profile.ts';
import type { Spending } from '../profile/spending.ts';
import { withLastTurn } from './last-turn.ts';
import { type Sample, type SampleLine, toSample } from './sample.ts';
import { sampleTraffic, toLine } from './traffic.ts';
import { kindsOf, type MadeText, readVariants, type VariantKind, variantPrompt } from './variant-prompt.ts';

export interface VariantJob {
  seed: Sample;
  kinds: readonly VariantKind[];
  prompt: string;
  expectedNanoUsd: NanoUsd | null;
}

export interface VariantRun {
  model: PolicyModel;
  ask: Ask;
  spending: Spending;
  lanes: Omit<LaneOptions, 'now' | 'sleep'>;
  clock: Clock;
  signal: AbortSignal;
  isAdversarial: boolean;
  /** Keeps lines; they are in the file when it returns. */
  keep: (lines: readonly SampleLine[]) => void;
  /** After every reply: how many variants it brought, or why there was none. */
  onReply: (reply: { made: number; note: string | null }) => void;
}

export interface MadeVariants {
  made: number;
  /** Lines of replies that were no variants, and variants that there were already. */
  wrong: number;
  repeated: number;
  /** What was wrong with the first that was none; null when nothing was. */
  firstWrong: string | null;
  lane: LaneResult;
}

/** Variants that one question asks for. */
const PER_QUESTION = 5;
const MOST_ROUNDS = 3;
const MOST_MS = 300_000;
const CHARS_PER_TOKEN = 3;

/** Every seed in turn, every kind in turn: `count` variants in all. */
export function variantJobs(
  seeds: readonly Sample[],
  {
    model,
    count,
    isAdversarial,
    nowMs,
    from = 0,
  }: { model: PolicyModel; count: number; isAdversarial: boolean; nowMs: number; from?: number },
): VariantJob[] {
  const kinds = kindsOf(isAdversarial);
  const each = Math.min(PER_QUESTION, Math.max(1, Math.ceil(count / seeds.length)));
  const jobs: VariantJob[] = [];
  for (let done = 0; done < count; done += each) {
    const seed = seeds[(from + jobs.length) % seeds.length] as Sample;
    const most = Math.min(each, count - done);
    const own = Array.from({ length: most }, (_, at) => kinds[(from + done + at) % kinds.length] as VariantKind);
    const { instructions, message } = materialOf(seed);
    const prompt = variantPrompt({ instructions, message, kinds: own });
    jobs.push({ seed, kinds: own, prompt, expectedNanoUsd: expected(model, { prompt, message, count: most, nowMs }) });
  }
  return jobs;
}

function materialOf(seed: Sample): { instructions: string; message: string } {
  const call = sampleTraffic(seed);
  if (call === null) return { instructions: '', message: JSON.stringify(seed.request) };
  return { instructions: call.frame.instructions, message: call.ask === '' ? call.said : call.ask };
}

/** Asks until there are as many as wanted, a ceiling or a signal ends it, or the model makes nothing new. */
export async function makeVariants(
  seeds: readonly Sample[],
  { count, existing, ...run }: VariantRun & { count: number; existing: readonly Sample[] },
): Promise<MadeVariants> {
  const known = new Known([...seeds, ...existing]);
  const tally: Omit<MadeVariants, 'lane'> = { made: 0, wrong: 0, repeated: 0, firstWrong: null };
  let lane: LaneResult = { left: 0, reason: null, waitedMs: 0 };
  const options: LaneOptions = { ...run.lanes, now: run.clock.nowMs, sleep: run.clock.sleep };
  for (let round = 0; round < MOST_ROUNDS && tally.made < count && !run.signal.aborted; round++) {
    const before = tally.made;
    const { model, isAdversarial } = run;
    const order = { model, isAdversarial, count: count - before, nowMs: run.clock.nowMs(), from: before };
    const jobs = variantJobs(seeds, order);
    lane = await runLane(jobs, (job) => runJob(run, job, { known, tally }), { options, signal: run.signal });
    if (tally.made === before || lane.reason !== null) break;
  }
  return { ...tally, lane };
}

async function runJob(
  { model, ask, spending, isAdversarial, keep, onReply, clock }: VariantRun,
  { seed, kinds, prompt, expectedNanoUsd }: VariantJob,
  { known, tally }: { known: Known; tally: Omit<MadeVariants, 'lane'> },
): ReturnType<Parameters<typeof runLane<VariantJob>>[1]> {
  const reserved = spending.reserve(model.name, expectedNanoUsd ?? 0);
  if (reserved === null) return { is: 'full' };
  const reply = await ask(model.name, prompt, new Asking(performance.now() + MOST_MS));
  spending.settle(model.name, reserved, reply.costNanoUsd);
  if (reply.failure !== undefined) {
    onReply({ made: 0, note: `${model.name}: ${reply.failure}` });
    if (reply.end === 'refused') return { is: 'stuck' };
    return { is: 'again', waitMs: reply.waitMs, isLimit: reply.end === 'limited' };
  }
  const { made, wrong, firstWrong } = readVariants(reply.text, kinds);
  tally.wrong += wrong;
  tally.firstWrong ??= firstWrong;
  const at = new Date(clock.nowMs()).toISOString();
  const lines = made.slice(0, kinds.length).flatMap((one) => {
    const line = toVariant(seed, one, { isAdversarial, at });
    if (line === null) {
      tally.wrong++;
      tally.firstWrong ??= `with its words ${seed.id} is no request that could be sent`;
    } else if (known.add(line)) return [line];
    else tally.repeated++;
    return [];
  });
  keep(lines);
  tally.made += lines.length;
  onReply({ made: lines.length, note: null });
  return { is: 'done' };
}

/** The seed with other words; null when that is no request. What its right answer is, nobody knows. */
function toVariant(
  seed: Sample,
  { kind, text }: MadeText,
  { isAdversarial, at }: { isAdversarial: boolean; at: string },
): SampleLine | null {
  const request = withLastTurn(seed.request, text);
  const call = request === null ? null : sampleTraffic({ dialect: seed.dialect, request });
  if (call === null) return null;
  const line = toLine(call);
  const tags = { made: isAdversarial ? 'adversarial' : 'variant', kind, seed: seed.id };
  return { id: toSample(line).id, ...line, tags, at };
}

/** Samples by what they ask, spaces and capitals aside. */
class Known {
  private readonly asked = new Set<string>();

  constructor(samples: readonly Sample[]) {
    for (const sample of samples) this.asked.add(plain(sample));
  }

  /** False when there is one that asks the same. */
  add(line: SampleLine): boolean {
    const key = plain(toSample(line));
    if (this.asked.has(key)) return false;
    this.asked.add(key);
    return true;
  }
}

function plain(sample: Sample): string {
  const call = sampleTraffic(sample);
  if (call === null) return sample.digest;
  return `${call.frame.instructions}\n${call.said}`.toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

function expected(
  model: PolicyModel,
  { prompt, message, count, nowMs }: { prompt: string; message: string; count: number; nowMs: number },
): NanoUsd | null {
  const outputTokens = Math.ceil((message.length / CHARS_PER_TOKEN + 40) * count);
  return model.priceOf(toUsage({ inputTokens: Math.ceil(model.countTokens(prompt)), outputTokens }), nowMs, null);
}
