// What happened to rollouts, as a file of JSON lines that only ever grows: shared by processes, and whole after any of them was killed. An event is
// written with one system call and is on the disk when that returns. A line is never changed.
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { isObject, parseObject } from '../../call/json.ts';
import type { Evidence } from './evidence.ts';

const KINDS = ['started', 'step', 'held', 'finished', 'rolled_back', 'aborted', 'approved'] as const;

interface Happened {
  /** ISO 8601. */
  at: string;
  task: string;
  /** Of this run of the rollout: a route that is tried a second time has another. */
  rollout: string;
  /** Share of the callers that are on the candidate from then on, 0 to 100. */
  percent: number;
  by: 'tierline' | 'person';
  /** One sentence for people. */
  why: string;
  /** What was known at that time. */
  evidence?: Evidence;
}

export type RolloutEvent =
  | (Happened & { event: 'started'; candidateDigest: string })
  | (Happened & { event: Exclude<(typeof KINDS)[number], 'started'> });

/** The events of a file, the oldest first; none when there is no file. Throws Error for a line that no killed process left. */
export function readEvents(path: string): RolloutEvent[] {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const lines = text.split('\n');
  const last = lines.length - 1;
  const events: RolloutEvent[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const object = parseObject(line);
    if (object !== null && isEvent(object)) events.push(object);
    // What a process left that was killed while it wrote: the end of the file, or closed by the event after it.
    else if (object === null && (index === last || isTorn(line))) continue;
    else
      throw new Error(
        `Rollout events in ${path}: line ${index + 1} cannot be read. Mend it or take it out; nothing was changed.`,
      );
  }
  return events;
}

/** The event is on the disk when this returns. Throws Error when it cannot be written whole. */
export function appendEvent(path: string, event: RolloutEvent): void {
  // Every line begins the same: so one that is torn is known.
  const { at, ...rest } = event;
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'a+', 0o600);
  try {
    const line = Buffer.from(`${isOpen(fd) ? '\n' : ''}${JSON.stringify({ at, ...rest })}\n`);
    const written = writeSync(fd, line);
    if (written !== line.length)
      throw new Error(`Rollout events in ${path}: only ${written} of ${line.length} bytes could be written.`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Whether the last line has no end: the rest of it never comes. */
function isOpen(fd: number): boolean {
  const { size } = fstatSync(fd);
  const byte = Buffer.alloc(1);
  return size > 0 && readSync(fd, byte, 0, 1, size - 1) === 1 && byte.toString('latin1') !== '\n';
}

/** The beginning of an event, by how every one begins. */
function isTorn(line: string): boolean {
  return line.startsWith('{"at":"') || '{"at":"'.startsWith(line);
}

function isEvent(value: object): value is RolloutEvent {
  const event = value as Partial<Record<string, unknown>>;
  const { at, percent } = event;
  return (
    typeof at === 'string' &&
    !Number.isNaN(Date.parse(at)) &&
    ['task', 'rollout', 'why'].every((name) => typeof event[name] === 'string') &&
    KINDS.some((kind) => kind === event['event']) &&
    typeof percent === 'number' &&
    percent >= 0 &&
    percent <= 100 &&
    (event['by'] === 'tierline' || event['by'] === 'person') &&
    (event['event'] !== 'started' || typeof event['candidateDigest'] === 'string') &&
    (event['evidence'] === undefined || isObject(event['evidence']))
  );
}
