// What is counted of one group of calls while a log goes by: sums, distributions and small samples, of a size that does not grow with
// the calls. Two tallies can be added, in any order.
import { isObject, type JsonObject } from '../../call/json.ts';
import type { NanoUsd } from '../../call/money.ts';
import { NO_USAGE, totalInputTokens, type Usage } from '../../call/usage.ts';
import { FewTexts, Histogram, Sample } from './tallies.ts';

/** What was spent on a call, and how that is known. */
export interface CallCost {
  nanoUsd: NanoUsd | null;
  basis: 'logged' | 'priced' | 'estimated' | 'unknown';
}

/** One call as the tally counts it: everything about it has been read. */
export interface SeenCall {
  /** Of the call, for samples. */
  hash: number;
  id: string | null;
  model: string;
  provider: string;
  hints: readonly string[];
  cost: CallCost;
  usage: Usage | null;
  /** Whether the usage is our own count. */
  isEstimated: boolean;
  latencyMs: number | null;
  isError: boolean;
  isReplayed: boolean;
  answer: { text: string; toolCalls: number } | null;
  shape: Shape | null;
  /** Made only when it is wanted for the sample. */
  facts: () => Facts;
}

/** What a request brings along, told by its structure. */
export interface Shape {
  hasTools: boolean;
  hasSchema: boolean;
  hasImages: boolean;
  hasDocuments: boolean;
  hasAudio: boolean;
  hasTurns: boolean;
}

/** What its text tells. */
export interface Facts {
  language: string | null;
  hasCode: boolean | null;
  hasTables: boolean | null;
  hasMath: boolean | null;
  personal: readonly string[];
}

export interface ModelTally {
  model: string;
  provider: string;
  calls: number;
  /** Calls with a usage, and the sum of it. */
  counted: number;
  usage: Usage;
  nanoUsd: NanoUsd;
  unknownCost: number;
}

const SAMPLED = 200;
const IDS = 3;
const MOST_LABELS = 40;
const MOST_HINTS = 200;
const MOST_MEMBERS = 24;
/** A label is short and stands on one line. */
const LABEL = /^[^\n]{1,40}$/;

export class GroupTally {
  calls = 0;
  errors = 0;
  replayed = 0;
  nanoUsd: NanoUsd = 0;
  readonly bases = { logged: 0, priced: 0, estimated: 0, unknown: 0 };
  estimatedUsage = 0;
  readonly input = new Histogram();
  readonly output = new Histogram();
  cachedInput = 0;
  reasoning = 0;
  readonly latency = new Histogram();
  readonly models = new Map<string, ModelTally>();
  readonly hints = new FewTexts(MOST_HINTS);
  /** Calls whose request is known, and what it had. */
  readonly shapes = { known: 0, tools: 0, schema: 0, images: 0, documents: 0, audio: 0, turns: 0 };
  readonly facts = new Sample<Facts>(SAMPLED);
  readonly ids = new Sample<string>(IDS);
  readonly answers = { known: 0, tools: 0, json: 0 };
  readonly answerCharacters = new Histogram();
  readonly labels = new FewTexts(MOST_LABELS);
  /** Of JSON answers: the texts of each member at the top. */
  members: Map<string, FewTexts> | null = new Map();

  add(call: SeenCall): void {
    this.calls++;
    if (call.isError) this.errors++;
    if (call.isReplayed) this.replayed++;
    this.bases[call.cost.basis]++;
    this.nanoUsd += call.cost.nanoUsd ?? 0;
    this.addUsage(call);
    if (call.latencyMs !== null && !call.isReplayed) this.latency.add(call.latencyMs);
    // With its place among the hints of the call: the first ones tell the most.
    for (const [place, hint] of [...new Set(call.hints)].entries()) this.hints.add(`${place} ${hint}`);
    if (call.shape !== null) this.addShape(call.shape);
    this.facts.add(call.hash, call.facts);
    const { id } = call;
    if (id !== null) this.ids.add(call.hash, () => id);
    if (call.answer !== null && !call.isError) this.addAnswer(call.answer);
  }

  merge(other: GroupTally): void {
    for (const key of ['calls', 'errors', 'replayed', 'nanoUsd', 'estimatedUsage', 'cachedInput', 'reasoning'] as const)
      this[key] += other[key];
    for (const key of ['bases', 'shapes', 'answers'] as const) addCounts(this[key], other[key]);
    for (const key of ['input', 'output', 'latency', 'answerCharacters'] as const) this[key].merge(other[key]);
    this.hints.merge(other.hints);
    this.labels.merge(other.labels);
    this.facts.merge(other.facts);
    this.ids.merge(other.ids);
    for (const [key, model] of other.models) this.mergeModel(key, model);
    if (other.members === null) this.members = null;
    else for (const [key, texts] of other.members) this.memberOf(key)?.merge(texts);
  }

  private addUsage({ usage, isEstimated, model, provider, cost }: SeenCall): void {
    const tally = this.modelOf(model, provider);
    tally.calls++;
    if (cost.nanoUsd === null) tally.unknownCost++;
    else tally.nanoUsd += cost.nanoUsd;
    if (usage === null) return;
    tally.counted++;
    addCounts(tally.usage, usage);
    if (isEstimated) this.estimatedUsage++;
    this.input.add(totalInputTokens(usage));
    this.output.add(usage.outputTokens + usage.audioOutputTokens);
    this.cachedInput += usage.cacheReadTokens;
    this.reasoning += usage.reasoningTokens;
  }

  private addShape(shape: Shape): void {
    this.shapes.known++;
    if (shape.hasTools) this.shapes.tools++;
    if (shape.hasSchema) this.shapes.schema++;
    if (shape.hasImages) this.shapes.images++;
    if (shape.hasDocuments) this.shapes.documents++;
    if (shape.hasAudio) this.shapes.audio++;
    if (shape.hasTurns) this.shapes.turns++;
  }

  private addAnswer({ text, toolCalls }: { text: string; toolCalls: number }): void {
    this.answers.known++;
    if (toolCalls > 0) this.answers.tools++;
    if (text === '') return;
    this.answerCharacters.add(text.length);
    const value = text.trimStart().startsWith('{') ? parsed(text) : null;
    if (value !== null) {
      this.answers.json++;
      this.addMembers(value);
    }
    const label = text.trim();
    if (LABEL.test(label)) this.labels.add(label);
    else this.labels.giveUp();
  }

  private addMembers(value: JsonObject): void {
    for (const [key, member] of Object.entries(value)) {
      const texts = this.memberOf(key);
      if (texts === null) return;
      if (typeof member === 'string' && LABEL.test(member)) texts.add(member);
      else texts.giveUp();
    }
  }

  private memberOf(key: string): FewTexts | null {
    if (this.members === null) return null;
    let texts = this.members.get(key);
    if (texts === undefined) {
      texts = new FewTexts(MOST_MEMBERS);
      this.members.set(key, texts);
    }
    if (this.members.size > MOST_MEMBERS) this.members = null;
    return texts;
  }

  private modelOf(model: string, provider: string): ModelTally {
    const key = `${provider}\n${model}`;
    let tally = this.models.get(key);
    if (tally === undefined) {
      tally = { model, provider, calls: 0, counted: 0, usage: { ...NO_USAGE }, nanoUsd: 0, unknownCost: 0 };
      this.models.set(key, tally);
    }
    return tally;
  }

  private mergeModel(key: string, model: ModelTally): void {
    const own = this.models.get(key);
    if (own === undefined) {
      this.models.set(key, { ...model, usage: { ...model.usage } });
      return;
    }
    own.calls += model.calls;
    own.counted += model.counted;
    own.nanoUsd += model.nanoUsd;
    own.unknownCost += model.unknownCost;
    addCounts(own.usage, model.usage);
  }
}

function addCounts<Counts extends object>(own: Counts, other: Counts): void {
  const sums = own as Record<string, number>;
  for (const [key, count] of Object.entries(other) as [string, number][]) sums[key] = (sums[key] ?? 0) + count;
}

function parsed(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
