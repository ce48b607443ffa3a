// The samples of an evaluation: a file of their own, or a part of the samples that is the same every time. It also knows which of them were
// looked at before, when models were measured and thresholds chosen: on those a policy is better than it is.
import { existsSync } from 'node:fs';
import type { TaskPlaces } from '../places.ts';
import { answerKey } from '../profile/answer.ts';
import { type KeptAnswers, readAnswers } from '../profile/answer-store.ts';
import { readSamples } from '../samples/read-samples.ts';
import { digestOf, type Sample } from '../samples/sample.ts';

export interface HeldOut {
  samples: Sample[];
  digest: string;
  /** Which they are, for people: `evaluation`, `samples`, `20% of samples`. */
  source: string;
  /** The file they are from. */
  file: string;
  /** Digests of those that were used to measure models. */
  seen: ReadonlySet<string>;
}

/** `split`: the share of the samples that is held out; null: the file of the held-out set, and without one all samples. Throws Error. */
export function readHeldOut(
  places: TaskPlaces,
  { split, upstreams }: { split: number | null; upstreams: readonly (readonly string[])[] },
): HeldOut {
  const isOwn = split === null && existsSync(places.heldOut);
  const file = isOwn ? places.heldOut : places.samples;
  const { samples: all } = readSamples(file);
  const samples = split === null ? all : all.filter(({ digest }) => isHeldOut(digest, split));
  if (samples.length === 0)
    throw new Error(`Samples in ${file}: a split of ${sayShare(split ?? 1)} leaves none of ${all.length}.`);
  const source = isOwn ? 'evaluation' : split === null ? 'samples' : `${sayShare(split)} of samples`;
  const content = samples.map(({ digest, reference, accept, weight }) => [digest, reference ?? null, accept, weight]);
  return {
    samples,
    digest: digestOf(content),
    source,
    file,
    seen: seenOf(samples, readAnswers(places.answers), upstreams),
  };
}

/** By the sample alone, so that a file that grows moves no sample from one side to the other. */
export function isHeldOut(digest: string, share: number): boolean {
  return Number.parseInt(digest.slice(0, 8), 16) / 2 ** 32 < share;
}

/** `upstreams`: those of each model; what a model that is gone now has answered is known by the one that gave the answer. */
function seenOf(
  samples: readonly Sample[],
  answers: KeptAnswers,
  upstreams: readonly (readonly string[])[],
): Set<string> {
  const given = new Set([...answers.answers()].map(({ upstream }) => upstream));
  const places = [...upstreams, ...[...given].map((one) => [one])];
  const isSeen = (sample: Sample): boolean => places.some((place) => answers.answer(answerKey(sample, place)) !== null);
  return new Set(samples.filter(isSeen).map(({ digest }) => digest));
}

function sayShare(share: number): string {
  return `${Math.round(share * 1000) / 10}%`;
}
