// Reads whole logs: every file once, every record into its group, and what could not be read into the account of the file.
import { createHash } from 'node:crypto';
import type { AuditGroup } from './audit-group.ts';
import { describeGroup } from './describe-group.ts';
import { formatOf } from './formats.ts';
import { createLogGrouping, type FoundGroup, type LogGrouping } from './group-log.ts';
import type { Ladder } from './ladder.ts';
import type { LogFormat } from './logged-call.ts';
import { nameGroups } from './name-groups.ts';
import { isDatabase, readRecords } from './records.ts';
import { readLedger } from './tierline-log.ts';

/** What became of the records of one file. */
export interface ReadFile {
  path: string;
  /** SHA-256 of the file as it lies there, the first 16 digits; null for a ledger, which changes while it is read. */
  digest: string | null;
  /** Titles of the formats that were met. */
  formats: string[];
  records: number;
  calls: number;
  /** Records that are no calls, by what they are. */
  skipped: Record<string, number>;
  unreadable: number;
  /** The line of the first one that could not be read. */
  firstUnreadable: number | null;
  /** Whether that one is damaged, and not only of an unknown format. */
  isFirstBroken: boolean;
}

export interface LogAudit {
  files: ReadFile[];
  span: { fromMs: number | null; toMs: number | null };
  /** Factor from the log to a month; null when the log is too short, or has no times. */
  perMonth: number | null;
  /** Whether there were too many different prompts to group all of them well. */
  isFull: boolean;
  /** Dearest first. */
  groups: AuditGroup[];
}

const HOUR_MS = 3_600_000;
const MONTH_MS = (365.25 / 12) * 24 * HOUR_MS;

/** `format` forces one for all files. Throws a sentence for a file that is not there, or in which nothing can be read. */
export async function auditLogs(
  paths: readonly string[],
  { ladder, format = null, onCall = () => {} }: { ladder: Ladder; format?: LogFormat | null; onCall?: () => void },
): Promise<LogAudit> {
  const grouping = createLogGrouping(ladder.findModel);
  const add: LogGrouping['add'] = (call) => {
    grouping.add(call);
    onCall();
  };
  const files: ReadFile[] = [];
  for (const path of paths) files.push(await readFile(path, add, format));
  const { span } = grouping;
  const perMonth = monthsOf(span);
  const groups = nameGroups(grouping.finish(), (found: FoundGroup) => describeGroup(found, { ladder, perMonth }));
  return { files, span, perMonth, isFull: grouping.isFull, groups };
}

/** A month over the span; a log of less than an hour says nothing of a month. */
function monthsOf({ fromMs, toMs }: LogAudit['span']): number | null {
  if (fromMs === null || toMs === null || toMs - fromMs < HOUR_MS) return null;
  return MONTH_MS / (toMs - fromMs);
}

async function readFile(path: string, add: LogGrouping['add'], forced: LogFormat | null): Promise<ReadFile> {
  const file = account(path);
  if (await isDatabase(path)) {
    file.formats.push('Tierline ledger');
    for (const call of readLedger(path)) {
      file.records++;
      file.calls++;
      add(call);
    }
    return file;
  }
  const digest = createHash('sha256');
  let usual: LogFormat | null = forced;
  await readRecords(
    path,
    ({ line, value }) => {
      file.records++;
      // Nearly always the format of the record before.
      const format =
        value === null ? null : forced !== null ? forced : usual?.isMine(value) === true ? usual : formatOf(value);
      const reading = value === null || format === null ? null : format.read(value);
      if (format === null || reading === null) {
        if (file.unreadable++ === 0) file.isFirstBroken = value === null;
        file.firstUnreadable ??= line;
        return;
      }
      usual = format;
      if (!file.formats.includes(format.title)) file.formats.push(format.title);
      if ('skipped' in reading) file.skipped[reading.skipped] = (file.skipped[reading.skipped] ?? 0) + 1;
      else {
        file.calls++;
        add(reading.call);
      }
    },
    (chunk) => digest.update(chunk),
  );
  file.digest = digest.digest('hex').slice(0, 16);
  return file;
}

function account(path: string): ReadFile {
  return {
    path,
    digest: null,
    formats: [],
    records: 0,
    calls: 0,
    skipped: {},
    unreadable: 0,
    firstUnreadable: null,
    isFirstBroken: false,
  };
}
