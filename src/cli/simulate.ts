// `tierline simulate`: what another policy would have made of the same calls. It calls no model.

import { parseTime } from '../ledger/period.ts';
import type { SimulationReport } from '../lifecycle/simulate/report.ts';
import { simulate } from '../lifecycle/simulate/simulate.ts';
import type { CommandIo } from './command-io.ts';
import type { FoundFile } from './find-config.ts';
import { writeSimulation } from './simulate/text.ts';

export interface SimulateOptions {
  current: FoundFile;
  candidate: FoundFile;
  from?: string | undefined;
  ledger?: string | undefined;
  folder?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  tenant?: string | undefined;
  task?: string | undefined;
  /** Shares of 1. */
  maxCostRise?: number | undefined;
  maxQualityDrop?: number | undefined;
  json?: boolean | undefined;
  nowMs: number;
}

const NO_CALLS = 2;

/** The exit code: 1 when a limit is passed over, or cannot be held against anything; 2 without a call to simulate with. Rejects for what cannot be simulated. */
export async function simulateCommand(options: SimulateOptions, io: CommandIo): Promise<number> {
  const { current, candidate, from = null, folder, ledger, nowMs, json } = options;
  if (from !== null && from !== 'profile' && from !== 'ledger')
    throw new Error(`--from ${JSON.stringify(from)} is not one: choose profile or ledger.`);
  const { since = '7d', until, tenant, task } = options;
  const sinceMs = parseTime(since, nowMs);
  const untilMs = until === undefined ? undefined : parseTime(until, nowMs);
  if (untilMs !== undefined && untilMs <= sinceMs)
    throw new Error(`The period ends before it begins: --since ${since} --until ${until}.`);
  const query = { sinceMs, untilMs, tenant, task };
  const report = await simulate({ current, candidate, from, folder, ledger, query, nowMs });
  if (json === true || report.calls > 0)
    io.print(json === true ? `${JSON.stringify(report, null, 2)}\n` : writeSimulation(report));
  if (report.calls === 0) {
    io.warn('there are no calls to simulate with: the ledger has none of this period, tenant and task');
    return NO_CALLS;
  }
  const complaints = complaintsAbout(report, options);
  for (const complaint of complaints) io.warn(complaint);
  return complaints.length === 0 ? 0 : 1;
}

/** Which limits the candidate passes over, each as a sentence. What cannot be told keeps no limit. */
export function complaintsAbout(
  { difference: { costNanoUsd, costShare, quality }, current }: Pick<SimulationReport, 'difference' | 'current'>,
  { maxCostRise, maxQualityDrop }: Pick<SimulateOptions, 'maxCostRise' | 'maxQualityDrop'>,
): string[] {
  const complaints: string[] = [];
  if (maxCostRise !== undefined) {
    const allows = `--max-cost-rise allows ${points(maxCostRise)} %`;
    if (costNanoUsd === null) complaints.push('the change of cost cannot be told, so --max-cost-rise is not kept');
    else if (current.costNanoUsd === 0 && costNanoUsd > 0)
      complaints.push(`what cost nothing would cost something, ${allows}`);
    else if (costShare !== null && costShare > maxCostRise)
      complaints.push(`the cost rises by ${points(costShare)} %, ${allows}`);
  }
  if (maxQualityDrop !== undefined) {
    if (quality === null) complaints.push('the change of quality cannot be told, so --max-quality-drop is not kept');
    else if (-quality.mean > maxQualityDrop)
      complaints.push(
        `quality drops by ${points(-quality.mean)} points, --max-quality-drop allows ${points(maxQualityDrop)}`,
      );
  }
  return complaints;
}

function points(share: number): string {
  return String(Math.round(share * 10_000) / 100);
}
