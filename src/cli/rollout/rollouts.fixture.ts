// A folder with a configuration, events and what a gateway would have kept, for tests of `tierline rollout`.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { parseConfig } from '../../config/load.ts';
import type { RolloutConfig } from '../../config/rollout-config.ts';
import { createRandom } from '../../stats/random.ts';
import { rulesOf } from '../../watch/rollout/config-rules.ts';
import { appendEvent, type RolloutEvent, readEvents } from '../../watch/rollout/events.ts';
import { type Evidence, noEvidence, withCall, withGap } from '../../watch/rollout/evidence.ts';
import { rolloutEventsPath, watchStatePath } from '../../watch/rollout/places.ts';
import { fold, type RolloutState, startEvent } from '../../watch/rollout/rollout-state.ts';
import type { RolloutRules } from '../../watch/rollout/rules.ts';
import { hear } from '../heard.fixture.ts';

export const STARTED_MS = Date.UTC(2026, 10, 28, 9, 30);
/** When commands are called. */
export const NOW_MS = Date.UTC(2026, 10, 28, 12);

const BASE = `# ours
providers: { simulated: {} }
models: { nano: simulated/sim-small, haiku: simulated/sim-mid, sonnet: simulated/sim-frontier }
canary: { budget_usd: 5, reference: sonnet }
ledger: { path: ledger.db }
tasks:
  triage: { accept: [{ refusal: true }], route: haiku } # agreed
  notes: { route: haiku, canary: off }
`;
export const ROLLOUT = 'rollouts:\n  triage: { candidate: { cascade: [nano, haiku] } } # try it\n';

export interface Folder {
  file: string;
  text: () => string;
  config: () => Config;
  /** Of triage, as it stands in the file. */
  own: () => RolloutConfig;
  ledger: string;
  events: () => RolloutEvent[];
  state: () => RolloutState;
  /** Starts what stands in the file, as a gateway would. */
  begin: () => RolloutState;
  happen: (event: Exclude<RolloutEvent['event'], 'started'>, percent: number, more?: Partial<RolloutEvent>) => void;
  /** Writes what a gateway has kept, as it was a minute ago. */
  keep: (evidence: Evidence, more?: { rollout?: string; rules?: string }) => void;
  keepText: (text: string) => void;
}

export function makeFolder(scope: { after: (clean: () => void) => void }, rollouts = ROLLOUT): Folder {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-rollout-'));
  scope.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'tierline.yaml');
  writeFileSync(file, BASE + rollouts);
  const text = (): string => readFileSync(file, 'utf8');
  const config = (): Config => parseConfig(text(), { file, env: {} });
  const ledger = config().ledger.path;
  const path = rolloutEventsPath(ledger);
  const own = (): RolloutConfig => config().rollouts.get('triage') ?? assert.fail('no rollout');
  const state = (): RolloutState => fold(readEvents(path)).get('triage') ?? assert.fail('no state');
  const keepText = (kept: string): void => {
    writeFileSync(watchStatePath(ledger), kept);
    utimesSync(watchStatePath(ledger), new Date(NOW_MS - 60_000), new Date(NOW_MS - 60_000));
  };
  return {
    file,
    text,
    config,
    own,
    ledger,
    events: () => readEvents(path),
    state,
    begin: () => {
      const { task, digest, stepsPercent: steps } = own();
      const at = new Date(STARTED_MS).toISOString();
      const candidate = { task, candidateDigest: digest, steps, at };
      appendEvent(path, startEvent(candidate, { by: 'tierline', why: 'The candidate is new.' }));
      return state();
    },
    happen: (event, percent, more = {}) => {
      const { task, rollout, history } = state();
      const at = new Date(STARTED_MS + history.length * 3_600_000).toISOString();
      const why = `It is ${event}.`;
      appendEvent(path, { at, task, rollout, percent, by: 'tierline', why, ...more, event });
    },
    keep: (evidence, { rollout = state().rollout, rules = JSON.stringify(rulesOf(own())) } = {}) =>
      keepText(JSON.stringify({ rollouts: { triage: { rollout, step: state().step, rules, evidence } }, other: 1 })),
    keepText,
  };
}

interface Made {
  calls: number;
  /** Share of the calls that are on the candidate. */
  share?: number;
  /** How often the candidate's answer is worse than the reference's; the base's is once in ten times. */
  worse?: number;
}

/** Evidence of made-up calls, of which every one has a canary. */
export function evidenceFor(rules: RolloutRules, { calls, share = 0.5, worse = 0.1 }: Made): Evidence {
  const random = createRandom(7);
  let evidence = noEvidence(rules);
  for (let at = 0; at < calls; at++) {
    const arm = random() < share ? 'candidate' : 'base';
    const isCandidate = arm === 'candidate';
    const costNanoUsd = Math.round((isCandidate ? 100_000 : 200_000) * (0.5 + random()));
    const latencyMs = 600 + 400 * random();
    evidence = withCall(evidence, { arm, costNanoUsd, latencyMs, isFailed: false, isPassed: null });
    evidence = withGap(evidence, arm, random() < (isCandidate ? worse : 0.1) ? -1 : 0);
  }
  return evidence;
}

/** What a command prints. */
export async function said(command: (io: ReturnType<typeof hear>['io']) => void | Promise<void>): Promise<string> {
  const { io, text, warnings } = hear();
  await command(io);
  assert.deepEqual(warnings, []);
  return text();
}
