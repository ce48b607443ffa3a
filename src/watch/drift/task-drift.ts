// All that is watched of one task: as a whole, in its segments, its prompt cache by provider, and its mix of requests.
import type { Json } from '../../call/json.ts';
import type { Alarm, Recovery } from '../alarm.ts';
import type { Observation } from '../observation.ts';
import { Detector, type Finding } from './detector.ts';
import { InputMix } from './input-mix.ts';
import { toKey, toMessage } from './message.ts';
import { MOST_SEGMENTS, type Plans } from './plans.ts';
import { Scope } from './scope.ts';
import { CACHE_HIT, GAP, INPUT_MIX, readValues, SIGNALS } from './signals.ts';
import { Slots } from './slots.ts';
import { readEntries, readObject } from './snapshot.ts';

/** What a profile knows of a model on a task; what it does not know is learned. */
export interface KnownBaseline {
  /** Share of first answers that pass their gates, 0 to 1. */
  passRate?: number | null;
  /** Tokens of the middle answer, not of the mean one: a few long answers would make all others look short. */
  outputTokens?: number | null;
  /** Answers that both rest on; taken for exact without. */
  trials?: number | null;
}

export type BaselineOf = (task: string, model: string) => KnownBaseline | null;

/** What is known of a task before its first call. */
export interface TaskOptions {
  plans: Plans;
  baselineOf: BaselineOf | null;
  /** The gap that its canaries usually show; null where they tell it themselves. */
  usualGap: number | null;
}

/** A canary's result. */
export interface CanaryGap {
  task: string;
  segments: readonly string[];
  /** What the cheap answer was worth more than the stronger model's, -1 to 1. */
  gap: number;
  atMs: number;
}

export type Message = Alarm | Recovery;

const MOST_PROVIDERS = 24;
const PASS_RATE = 0;
const OUTPUT_LENGTH = 3;

export class TaskDrift {
  private readonly task: string;
  private readonly plans: Plans;
  private readonly values = new Float64Array(SIGNALS.length);
  private readonly whole: Scope;
  private readonly slots: Slots<Scope>;
  private readonly caches = new Map<string, Detector>();
  private readonly mix: InputMix;
  private readonly mixShare: Detector;
  private readonly found: Finding[] = [];
  /** Null once it has been asked what a profile knows. */
  private baselineOf: BaselineOf | null;

  constructor(task: string, { plans, baselineOf, usualGap }: TaskOptions) {
    this.task = task;
    this.plans = plans;
    this.baselineOf = baselineOf;
    this.whole = new Scope(plans.whole);
    this.slots = new Slots(() => new Scope(plans.segment));
    this.mix = new InputMix(plans.inputMix.learnCalls);
    this.mixShare = new Detector(plans.inputMix);
    if (usualGap !== null) this.whole.give(GAP, { mean: usualGap, trials: null });
  }

  observe(observation: Observation, messages: Message[]): void {
    readValues(observation, this.values);
    if (this.baselineOf !== null) this.ask(observation, this.baselineOf);
    this.slots.turn();
    this.observeScopes(observation, (segment) => this.slots.take(segment), messages);
    this.watchCache(observation, messages);
    this.watchMix(observation, messages);
  }

  gap(canary: CanaryGap, messages: Message[]): void {
    this.values.fill(Number.NaN);
    this.values[GAP] = canary.gap;
    this.observeScopes(canary, (segment) => this.slots.peek(segment), messages);
  }

  private observeScopes(
    { segments, atMs }: Pick<Observation, 'segments' | 'atMs'>,
    scopeOf: (segment: string) => Scope | null,
    messages: Message[],
  ): void {
    const { values, whole, found } = this;
    whole.observe(values, { atMs, louder: null, found });
    if (found.length > 0) this.tell(null, messages);
    const listening = { atMs, louder: whole, found };
    const count = Math.min(MOST_SEGMENTS, segments.length);
    for (let at = 0; at < count; at++) {
      const segment = segments[at] as string;
      scopeOf(segment)?.observe(values, listening);
      if (found.length > 0) this.tell(segment, messages);
    }
  }

  /** The first answer of the model that answers first says which one that is; until then neither signal is looked at. */
  private ask({ model, isEscalated }: Observation, baselineOf: BaselineOf): void {
    if (model === null || isEscalated) {
      this.values[PASS_RATE] = Number.NaN;
      this.values[OUTPUT_LENGTH] = Number.NaN;
      return;
    }
    this.baselineOf = null;
    const { passRate = null, outputTokens = null, trials = null } = baselineOf(this.task, model) ?? {};
    if (passRate !== null) this.whole.give(PASS_RATE, { mean: passRate, trials });
    if (outputTokens !== null) this.whole.give(OUTPUT_LENGTH, { mean: Math.log2(Math.max(1, outputTokens)), trials });
  }

  private watchCache({ provider, cachedShare, atMs }: Observation, messages: Message[]): void {
    if (provider === null || cachedShare === null || Number.isNaN(cachedShare)) return;
    let detector = this.caches.get(provider);
    if (detector === undefined) {
      if (this.caches.size >= MOST_PROVIDERS) return;
      detector = new Detector(this.plans.cacheHit);
      this.caches.set(provider, detector);
    }
    const finding = detector.add(cachedShare, atMs, false);
    if (finding === null) return;
    this.found.push(finding);
    this.tell(`provider:${provider}`, messages);
  }

  private watchMix({ segments, atMs }: Observation, messages: Message[]): void {
    const isUnusual = this.mix.isUnusual(segments);
    if (isUnusual === null) return;
    const finding = this.mixShare.add(Number(isUnusual), atMs, false);
    if (finding === null) return;
    this.found.push(finding);
    this.tell(null, messages);
  }

  private tell(segment: string | null, messages: Message[]): void {
    const { task, plans, mix } = this;
    for (const finding of this.found) {
      const grown = finding.signal === INPUT_MIX ? mix.grown() : [];
      messages.push(toMessage(finding, { task, segment, falseAlarms: plans.falseAlarms, grown }));
    }
    this.found.length = 0;
  }

  /** Keys of what was told and is not over. */
  told(): string[] {
    const { task, whole, slots, caches, mixShare } = this;
    const caching = [...caches].filter(([, detector]) => detector.isTelling);
    return [
      ...whole.told().map((signal) => toKey(signal, task, null)),
      ...[...slots].flatMap(([segment, scope]) => scope.told().map((signal) => toKey(signal, task, segment))),
      ...caching.map(([provider]) => toKey(CACHE_HIT, task, `provider:${provider}`)),
      ...(mixShare.isTelling ? [toKey(INPUT_MIX, task, null)] : []),
    ];
  }

  toJson(): Json {
    return {
      isAsked: this.baselineOf === null,
      whole: this.whole.toJson(),
      slots: this.slots.toJson(),
      caches: [...this.caches].map(([provider, detector]) => [provider, detector.toJson()]),
      mix: this.mix.toJson(),
      mixShare: this.mixShare.toJson(),
    };
  }

  /** Throws Error for what is no such state; it is then not to be used any more. */
  fromJson(json: Json | undefined): void {
    const { isAsked, whole, slots, caches, mix, mixShare } = readObject(json);
    if (isAsked === true) this.baselineOf = null;
    this.whole.fromJson(whole);
    this.slots.fromJson(slots, (state) => {
      const scope = new Scope(this.plans.segment);
      scope.fromJson(state);
      return scope;
    });
    for (const [provider, state] of readEntries(caches).slice(0, MOST_PROVIDERS)) {
      const detector = new Detector(this.plans.cacheHit);
      detector.fromJson(state);
      this.caches.set(provider, detector);
    }
    this.mix.fromJson(mix);
    this.mixShare.fromJson(mixShare);
  }
}
