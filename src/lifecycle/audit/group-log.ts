// Groups the calls of logs into tasks while they go by. A name that the application gave its task decides; else calls belong together
// that have one template of instructions (or of the first message, without any), one schema and one set of tools.

import { hashText, showHash } from '../../stats/hash.ts';
import { createPromptClusters, type PromptClusters } from '../../stats/prompt-clusters.ts';
import { GroupTally } from './group-tally.ts';
import type { LoggedCall } from './logged-call.ts';
import type { FindModel } from './model-prices.ts';
import { observe, schemaKey } from './observe.ts';
import type { RequestParts } from './request-parts.ts';
import { askTemplateOf, templateOf } from './template.ts';

export interface FoundGroup {
  tally: GroupTally;
  kind: 'chat' | 'embedding';
  /** The task the application named, null when it named none. */
  task: string | null;
  /** Of its instructions or first messages; null when the log keeps no requests, or the group has no template. */
  template: string | null;
  /** The same in every run over calls of the same templates, schema and tools. */
  fingerprint: string;
}

export interface LogGrouping {
  add: (call: LoggedCall) => void;
  /** The groups, dearest first. */
  finish: () => FoundGroup[];
  readonly span: { fromMs: number | null; toMs: number | null };
  /** Whether there were too many different prompts for the order of the lines not to matter. */
  readonly isFull: boolean;
}

/** Prompts that occur less often are one group, when there are many of them. */
const RARE = 3;
const MANY_RARE = 20;
/** Tallies at once. When there are so many, the rare ones are set aside for those that come. */
const MOST_GROUPS = 5000;

export function createLogGrouping(findModel: FindModel): LogGrouping {
  return new Grouping(findModel);
}

/** What a group is told by beside its prompts. */
interface Cell {
  tally: GroupTally;
  form: string;
}

class Grouping implements LogGrouping {
  readonly span: { fromMs: number | null; toMs: number | null } = { fromMs: null, toMs: null };
  private readonly findModel: FindModel;
  private readonly named = new Map<string, GroupTally>();
  /** By cluster of prompts, then by schema and tools. */
  private readonly clustered = new Map<number, Map<string, GroupTally>>();
  /** Calls without a prompt, by what hints there are, and rare prompts. */
  private readonly rest = new Map<string, GroupTally>();
  private readonly clusters: PromptClusters = createPromptClusters((kept, gone) => this.mergeClusters(kept, gone));
  private readonly templates = new Map<string, string>();
  private hasOverflown = false;

  constructor(findModel: FindModel) {
    this.findModel = findModel;
  }

  get isFull(): boolean {
    return this.clusters.isFull || this.hasOverflown;
  }

  add(call: LoggedCall): void {
    const { seen, parts } = observe(call, this.findModel);
    const { span } = this;
    if (call.atMs !== null) {
      span.fromMs = Math.min(span.fromMs ?? call.atMs, call.atMs);
      span.toMs = Math.max(span.toMs ?? call.atMs, call.atMs);
    }
    this.tallyOf(call, parts).add(seen);
  }

  private tallyOf(call: LoggedCall, parts: RequestParts | null): GroupTally {
    if (call.task !== null) {
      const key = `${call.kind}\n${call.task}`;
      if (this.named.has(key) || this.named.size < MOST_GROUPS) return tallyIn(this.named, key);
      this.hasOverflown = true;
    }
    if (call.kind === 'embedding') return tallyIn(this.rest, 'embedding\n');
    const template = parts === null ? '' : this.templateFor(parts);
    if (parts === null || template === '') return this.byHint(call.hints[0] ?? '');
    const cluster = this.clusters.clusterOf(template);
    if (cluster === null) return tallyIn(this.rest, `rare\n${formOf(parts)}`);
    const cells = this.clustered.get(cluster) ?? new Map<string, GroupTally>();
    if (cells.size === 0) {
      if (this.clustered.size >= MOST_GROUPS) this.makeRoom();
      if (this.clustered.size >= MOST_GROUPS) return tallyIn(this.rest, `rare\n${formOf(parts)}`);
      this.clustered.set(cluster, cells);
    }
    return tallyIn(cells, formOf(parts));
  }

  private byHint(hint: string): GroupTally {
    const key = `chat\n${hint}`;
    return tallyIn(this.rest, this.rest.has(key) || this.rest.size < MOST_GROUPS ? key : 'chat\n');
  }

  /** Templates take longer to make than to look up, and most calls of a program have the same instructions. */
  private templateFor(parts: RequestParts): string {
    const first = parts.turns.find(({ role }) => role === 'user')?.text ?? '';
    const text = parts.system === '' ? first : parts.system;
    const key = `${parts.system === '' ? 'ask' : 'system'} ${hashText(text)}`;
    let template = this.templates.get(key);
    if (template === undefined) {
      const made = parts.system === '' ? askTemplateOf(text) : templateOf(text);
      // Instructions and questions never are one prompt, even where they sound alike.
      template = made === '' ? '' : parts.system === '' ? `ask: ${made}` : made;
      if (this.templates.size >= 20_000) this.templates.clear();
      this.templates.set(key, template);
    }
    return template;
  }

  private mergeClusters(kept: number, gone: number): void {
    const cells = this.clustered.get(gone);
    if (cells === undefined) return;
    this.clustered.delete(gone);
    const into = this.clustered.get(kept) ?? new Map<string, GroupTally>();
    this.clustered.set(kept, into);
    for (const [form, tally] of cells) tallyIn(into, form).merge(tally);
  }

  finish(): FoundGroup[] {
    this.setRareAside();
    const groups: FoundGroup[] = [];
    for (const [key, tally] of this.named) {
      const [kind = '', task = ''] = key.split('\n');
      groups.push({ ...fresh(tally, key), kind: kind === 'embedding' ? 'embedding' : 'chat', task });
    }
    for (const [cluster, cells] of this.clustered) {
      const { template, hash } = this.clusters.leastOf(cluster);
      for (const [form, tally] of cells) groups.push({ ...fresh(tally, `${hash}\n${form}`), template });
    }
    for (const [key, tally] of this.rest)
      groups.push({ ...fresh(tally, key), kind: key.startsWith('embedding') ? 'embedding' : 'chat' });
    return groups.sort(
      (one, other) =>
        other.tally.nanoUsd - one.tally.nanoUsd ||
        other.tally.calls - one.tally.calls ||
        (one.fingerprint < other.fingerprint ? -1 : 1),
    );
  }

  private makeRoom(): void {
    this.hasOverflown = true;
    this.setRareAside();
  }

  /** A chat without instructions has as many first messages as calls: together they are one group, each by itself nothing. */
  private setRareAside(): void {
    const rare: { cluster: number; cell: Cell }[] = [];
    for (const [cluster, cells] of this.clustered) {
      for (const [form, tally] of cells) if (tally.calls < RARE) rare.push({ cluster, cell: { tally, form } });
    }
    if (rare.length <= MANY_RARE) return;
    for (const { cluster, cell } of rare) {
      tallyIn(this.rest, `rare\n${cell.form}`).merge(cell.tally);
      const cells = this.clustered.get(cluster);
      cells?.delete(cell.form);
      if (cells?.size === 0) this.clustered.delete(cluster);
    }
  }
}

function fresh(tally: GroupTally, key: string): FoundGroup {
  return { tally, kind: 'chat', task: null, template: null, fingerprint: showHash(hashText(key)) };
}

function tallyIn<Key>(tallies: Map<Key, GroupTally>, key: Key): GroupTally {
  let tally = tallies.get(key);
  if (tally === undefined) {
    tally = new GroupTally();
    tallies.set(key, tally);
  }
  return tally;
}

function formOf({ schema, tools }: RequestParts): string {
  return showHash(hashText(`${schemaKey(schema)}\n${tools.join('\n')}`));
}
