// A whole simulation: two configurations, a source of calls, a report. It reads files and calls nobody.
import { createCatalog } from '../../catalog/catalog.ts';
import type { Config } from '../../config/config.ts';
import type { SimulationReport } from './report.ts';
import { hasAnswers, type Sides, simulateProfile } from './simulate-profile.ts';
import { toSimulatedPolicy } from './simulated-policy.ts';
import type { ReportFacts } from './to-report.ts';
import { toReport } from './to-report.ts';

export interface SimulationOptions {
  current: { config: Config; path: string | null };
  candidate: { config: Config; path: string | null };
  /** Null: the profile where there are answers, else the ledger. */
  from: 'profile' | 'ledger' | null;
  folder?: string | undefined;
  task: string | null;
  nowMs: number;
}

/** Rejects with a sentence when there is nothing to simulate with, or a file is wrong. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { current, candidate, folder, task, nowMs } = options;
  const catalog = createCatalog();
  const sides: Sides = {
    current: await toSimulatedPolicy(current.config, catalog),
    candidate: await toSimulatedPolicy(candidate.config, catalog),
  };
  const from = options.from ?? (hasAnswers(current.config, folder) ? 'profile' : 'ledger');
  const policies = { current: current.path ?? 'the environment', candidate: candidate.path ?? 'the environment' };
  const facts: ReportFacts = { from, policies, period: null, recorded: null, notes: [] };
  const pairs = await simulateProfile(sides, { folder, task, nowMs, recordOf: () => null });
  return toReport(pairs, facts);
}
