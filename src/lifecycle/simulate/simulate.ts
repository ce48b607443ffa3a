// A whole simulation: two configurations, a source of calls, a report. It reads files and calls nobody.
import { createCatalog } from '../../catalog/catalog.ts';
import type { Config } from '../../config/config.ts';
import { readPriors } from '../../evidence/priors.ts';
import type { PeriodQuery } from '../../ledger/reader.ts';
import type { SimulationReport } from './report.ts';
import { createRowEvidence } from './row-evidence.ts';
import { simulateLedger } from './simulate-ledger.ts';
import { hasAnswers, refuseUnknownTask, type Sides, simulateProfile } from './simulate-profile.ts';
import { toSimulatedPolicy } from './simulated-policy.ts';
import { type ReportFacts, toReport } from './to-report.ts';

export interface SimulationOptions {
  current: { config: Config; path: string | null };
  candidate: { config: Config; path: string | null };
  /** Null: the profile where there are answers, else the ledger. */
  from: 'profile' | 'ledger' | null;
  /** Where samples, answers and profiles are; beside the configuration in force when left out. */
  folder?: string | undefined;
  /** Path of the ledger; that of the configuration in force when left out. */
  ledger?: string | undefined;
  /** Of the ledger; samples have no period. `task` is of both. */
  query: PeriodQuery;
  nowMs: number;
}

/** Rejects with a sentence when there is nothing to simulate with, or a file is wrong. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { current, candidate, folder, query, nowMs } = options;
  const catalog = createCatalog();
  const sides: Sides = {
    current: await toSimulatedPolicy(current.config, catalog),
    candidate: await toSimulatedPolicy(candidate.config, catalog),
  };
  const { priors, warnings: notes } = readPriors(current.config, folder);
  const from = options.from ?? (hasAnswers(current.config, folder) ? 'profile' : 'ledger');
  const policies = { current: current.path ?? 'the environment', candidate: candidate.path ?? 'the environment' };
  if (from === 'ledger') {
    const path = options.ledger ?? current.config.ledger.path;
    const { pairs, ...found } = await simulateLedger(sides, { ...query, path, priors });
    // The ledger may well have calls of a task that there is no more.
    if (pairs.length === 0) refuseUnknownTask(current.config, query.task ?? null);
    return toReport(pairs, { ...found, from, policies, notes: [...notes, ...found.notes] });
  }
  const { recordOf } = createRowEvidence([], { gatesOf: sides.current.gatesOf, priors });
  const pairs = await simulateProfile(sides, { folder, task: query.task ?? null, nowMs, recordOf });
  const facts: ReportFacts = { from, policies, period: null, recorded: null, notes };
  return toReport(pairs, facts);
}
