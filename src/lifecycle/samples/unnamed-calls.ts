// Calls of a log that name no task: how many there are, and how many groups their instructions make, told apart as an audit does.
import { hashText } from '../../stats/hash.ts';
import { createPromptClusters } from '../../stats/prompt-clusters.ts';
import { templateOf } from '../audit/template.ts';
import type { TrafficCall } from './traffic.ts';

/** Instructions that are not looked at again; those of most logs are few. */
const MOST_KNOWN = 10_000;

export class UnnamedCalls {
  count = 0;
  private readonly found = new Set<number>();
  private readonly clusters = createPromptClusters((_, gone) => this.found.delete(gone));
  private readonly known = new Set<number>();
  private hasBare = false;

  add({ frame: { instructions } }: Pick<TrafficCall, 'frame'>): void {
    this.count++;
    const hash = hashText(instructions);
    if (this.known.has(hash)) return;
    if (this.known.size < MOST_KNOWN) this.known.add(hash);
    const template = templateOf(instructions);
    const cluster = template === '' ? null : this.clusters.clusterOf(template);
    if (cluster !== null) this.found.add(cluster);
    else if (template === '') this.hasBare = true;
  }

  /** Groups of system prompts; calls without one are one group. */
  get groups(): number {
    return this.found.size + (this.hasBare ? 1 : 0);
  }
}
