// An evaluation as it is kept: its head, every answered call, every verdict, what judges said. Lines are appended as things happen, so that a
// run that is killed can be taken up again and pays for nothing twice.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CostBasis, NanoUsd } from '../../call/money.ts';
import type { CallStatus } from '../../call/row.ts';
import type { Usage } from '../../call/usage.ts';
import type { Verdict } from '../../call/verdict.ts';
import { openLineFile, readLineFile } from '../line-file.ts';
import type { KeptReply, KeptText } from '../profile/answer.ts';

/** The first line of the file. */
export interface RunHead {
  kind: 'run';
  version: 1;
  id: string;
  task: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  config: {
    /** As it was named, for people. */
    file: string;
    /** Of everything in it that decides about calls of the task; see `configDigest`. */
    digest: string;
    /** How the task's route reads. */
    route: string;
  };
  samples: {
    /** Which they were, for people: `evaluation`, `samples`, `20% of samples`. */
    source: string;
    count: number;
    digest: string;
  };
}

/** What became of one sample: an answer, or a refusal that would be the same tomorrow. */
export interface RoutedCall {
  kind: 'call';
  /** Digest of the sample. */
  key: string;
  sample: string;
  /** When it was over, ISO 8601. */
  at: string;
  /** Of the whole call, every attempt and gate included. */
  latencyMs: number;
  /** The model that answered; null when none did. */
  model: string | null;
  tier: string | null;
  /** `response.model` exactly as the provider said it. */
  responseModel: string | null;
  /** Whether another model than the plan's first answered. */
  escalated: boolean;
  attempts: RoutedAttempt[];
  /** Everything spent on it, refused attempts and the judges of production included. */
  costNanoUsd: NanoUsd | null;
  costBasis: CostBasis;
  usage: Usage | null;
  /** Null when it was refused. */
  answer: KeptText | null;
  /** Why it was refused; null when there is an answer. */
  error: { code: string; httpStatus: number; message: string } | null;
}

export interface RoutedAttempt {
  model: string;
  status: CallStatus;
  httpStatus: number | null;
  latencyMs: number;
  costNanoUsd: NanoUsd | null;
  /** What the gates of production said; null when none looked at it. */
  verdicts: readonly Verdict[] | null;
}

/** Money that brought no answer. */
export interface RoutedFailure {
  kind: 'failure';
  /** Digest of the sample. */
  key: string;
  at: string;
  code: string;
  message: string;
  /** Null when nobody knows whether and what it was billed. */
  costNanoUsd: NanoUsd | null;
}

/** What the oracle said of a call. The last one counts. */
export interface KeptVerdict {
  kind: 'verdict';
  key: string;
  /** Of everything that the answer was held against; see `oracleDigest`. */
  oracle: string;
  /** Null when a gate that mattered could not say. */
  pass: boolean | null;
  verdicts: readonly Verdict[];
}

/** An evaluation that can be read. */
export interface EvaluationRun {
  path: string;
  head: RunHead;
  calls: ReadonlyMap<string, RoutedCall>;
  verdicts: ReadonlyMap<string, KeptVerdict>;
  reply: (key: string) => KeptReply | null;
}

/** An evaluation under way. */
export interface OpenRun extends EvaluationRun {
  start: (key: string) => void;
  keep: (line: Exclude<RunLine, RunHead>) => void;
  /** Calls of an earlier process that was killed before it had their answer. */
  lost: readonly string[];
  close: () => void;
}

const WHAT = 'Evaluation';

/** Throws Error for a file that is damaged or is none. */
export function readRun(path: string): EvaluationRun {
  const lines = new RunLines();
  readLineFile(path, { what: WHAT, take: (line) => lines.takeOver(line) });
  return { path, ...lines.toRun(path) };
}

/**
 * Opens a run to go on with, or begins one with `head` when something is sent or kept; a run that kept nothing leaves no file. Throws Error
 * when another process has it.
 */
export function openRun(path: string, head: RunHead): OpenRun {
  const lines = new RunLines();
  const isKnown = (key: string): boolean => lines.calls.has(key) || lines.replies.has(key);
  const file = openLineFile(path, { what: WHAT, take: (line) => lines.takeOver(line), isKnown });
  let hasHead = lines.head !== null;
  if (!hasHead) lines.take(head);
  const begin = (): void => {
    if (!hasHead) file.append(head);
    hasHead = true;
  };
  return {
    path,
    ...lines.toRun(path),
    start: (key) => {
      begin();
      file.start(key);
    },
    keep: (line) => {
      begin();
      file.append(line);
      lines.take(line);
    },
    lost: file.lost,
    close: () => {
      if (!lines.hasKept) rmSync(path, { force: true });
      file.close();
    },
  };
}

/** Ids of a task's runs that have an answer, oldest first: an id begins with its time. */
export function listRuns(folder: string): string[] {
  return listBegun(folder).filter((id) => ANSWER.test(readFileSync(runPath(folder, id), 'utf8')));
}

const ANSWER = /^\{"kind":"call",/m;

/** Those, too, that were killed before their first answer. */
export function listBegun(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl') && statSync(join(folder, name)).size > 0)
    .map((name) => name.slice(0, -'.jsonl'.length))
    .toSorted();
}

export function runPath(folder: string, id: string): string {
  return join(folder, `${id}.jsonl`);
}

/** Whether every sample has been answered and judged. */
export function isComplete({ head, calls, verdicts }: EvaluationRun): boolean {
  const judged = [...verdicts.values()].filter(({ key, pass }) => pass !== null && calls.has(key));
  return judged.length >= head.samples.count;
}

type RunLine = RunHead | RoutedCall | RoutedFailure | KeptVerdict | KeptReply;

const KINDS: ReadonlySet<unknown> = new Set(['call', 'failure', 'verdict', 'reply'] satisfies RunLine['kind'][]);

class RunLines {
  head: RunHead | null = null;
  /** Whether there is more than a head. */
  hasKept = false;
  readonly calls = new Map<string, RoutedCall>();
  readonly verdicts = new Map<string, KeptVerdict>();
  readonly replies = new Map<string, KeptReply>();

  /** A line as it was read; false for one that is none of a run's. */
  takeOver(line: Record<string, unknown>): boolean {
    const isOwn = line.kind === 'run' ? line.version === 1 : KINDS.has(line.kind) && typeof line.key === 'string';
    if (isOwn) this.take(line as unknown as RunLine);
    return isOwn;
  }

  take(line: RunLine): void {
    this.hasKept ||= line.kind !== 'run';
    if (line.kind === 'run') this.head = line;
    else if (line.kind === 'call') this.calls.set(line.key, line);
    else if (line.kind === 'verdict') this.verdicts.set(line.key, line);
    else if (line.kind === 'reply') this.replies.set(line.key, line);
  }

  toRun(path: string): Omit<EvaluationRun, 'path'> {
    if (this.head === null) throw new Error(`${WHAT} in ${path}: its first line does not say which run it is.`);
    const { head, calls, verdicts, replies } = this;
    return { head, calls, verdicts, reply: (key) => replies.get(key) ?? null };
  }
}
