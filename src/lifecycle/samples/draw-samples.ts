// From traffic to samples of a task: gathers calls, sorts them, draws, masks what was drawn, and says what came of it. It writes nothing.
import type { Json } from '../../call/json.ts';
import { type FoundCounts, maskJson } from '../../mask/mask.ts';
import { createRandom } from '../../stats/random.ts';
import { draw, type StratumDraw } from './draw.ts';
import { type Sample, type SampleLine, toSample } from './sample.ts';
import { type SortedCall, sortCalls } from './strata.ts';
import { sampleTraffic, type TrafficCall, toLine } from './traffic.ts';

export interface DrawnSamples {
  lines: SampleLine[];
  /** Calls of the task that were read. */
  read: number;
  /** Of those, how many the draw looked at: all, or a fair part of very many. */
  looked: number;
  strata: StratumDraw[];
  /** The longest request of each quarter but the last, in characters. */
  bounds: number[];
  /** Secrets and personal data in what was drawn. */
  found: FoundCounts;
}

export interface DrawSamplesOptions {
  count: number;
  seed: number;
  /** Samples that are there already: none like them is drawn. */
  existing: readonly Sample[];
  isMasked: boolean;
  /** Whether the answers of the log become references. */
  isAnswerReference: boolean;
}

/** Calls with their content that are held in memory. */
const MOST_CALLS = 10_000;

export async function drawSamples(
  traffic: AsyncIterable<TrafficCall>,
  options: DrawSamplesOptions,
): Promise<DrawnSamples> {
  const { existing, count, seed } = options;
  const { calls, read } = await gather(traffic, seed);
  const {
    calls: sorted,
    bounds,
    takenGroups,
  } = sortCalls(
    calls,
    existing.flatMap((sample) => sampleTraffic(sample) ?? []),
  );
  const found: FoundCounts = {};
  const digests = new Set(existing.map(({ digest }) => digest));
  const ids = new Set(existing.map(({ id }) => id));
  const take = ({ call }: SortedCall): SampleLine | null => {
    const { line, found: own } = toSampleLine(call, options);
    const { digest, id } = toSample(line);
    if (digests.has(digest) || ids.has(id)) return null;
    digests.add(digest);
    for (const [kind, times] of Object.entries(own)) found[kind] = (found[kind] ?? 0) + times;
    return { id, ...line };
  };
  const { drawn, strata } = draw(sorted, { count, seed, takenGroups, take });
  const lines = drawn.map(({ sample, stratum, weight }) => ({
    ...sample,
    weight: Math.round(weight * 10_000) / 10_000 || 0.0001,
    tags: { ...stratum },
  }));
  return { lines, read, looked: calls.length, strata, bounds, found };
}

/** All calls, or of very many so many that each has the same chance (Vitter's algorithm R, 1985). */
async function gather(
  traffic: AsyncIterable<TrafficCall>,
  seed: number,
): Promise<{ calls: TrafficCall[]; read: number }> {
  const random = createRandom(seed);
  const calls: TrafficCall[] = [];
  let read = 0;
  for await (const call of traffic) {
    read++;
    if (calls.length < MOST_CALLS) calls.push(call);
    else {
      const at = Math.floor(random() * read);
      if (at < MOST_CALLS) calls[at] = call;
    }
  }
  return { calls, read };
}

/** Request and reference are masked together, so that what one says of the other still holds. */
function toSampleLine(
  call: TrafficCall,
  { isMasked, isAnswerReference }: DrawSamplesOptions,
): { line: SampleLine; found: FoundCounts } {
  const whole: { request: Json; reference: string | null } = {
    request: call.request,
    reference: isAnswerReference ? call.answer : null,
  };
  const { value, found } = isMasked ? maskJson(whole) : { value: whole, found: {} };
  const request = value.request as TrafficCall['request'];
  const line = toLine({ dialect: call.dialect, request });
  return {
    line: {
      ...line,
      ...(value.reference === null ? {} : { reference: value.reference }),
      ...(call.at === null ? {} : { at: call.at }),
    },
    found,
  };
}
