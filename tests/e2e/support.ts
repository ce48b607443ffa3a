// Starts the built gateway as a process of its own, with a temporary configuration and ledger, and reads what it wrote.
// Every process is ended by its own id, and no wait is without a bound.
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { CallRow } from '../../src/call/row.ts';
import { openLedgerReader } from '../../src/ledger/reader.ts';

/** The package under test: this one, or a build that lies elsewhere. */
export const PACKAGE = process.env.TIERLINE_PACKAGE ?? join(import.meta.dirname, '../..');
const COMMAND = join(PACKAGE, 'dist/cli/main.js');
const START_MS = 15_000;
const STOP_MS = 15_000;

/** What a test needs of its context: `t.after`, or `after` of the whole file. */
export interface Scope {
  after: (cleanup: () => void | Promise<void>) => void;
}

/** The scope of a whole test file: call it at the top level, for what `before` starts. Cleans up in reverse order. */
export function fileScope(): Scope {
  const cleanups: (() => void | Promise<void>)[] = [];
  after(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });
  return { after: (cleanup) => void cleanups.push(cleanup) };
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(scope: Scope): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-e2e-'));
  scope.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Writes a configuration with its ledger beside it, on a free port of the loopback address. */
export function writeConfig(folder: string, config: object): string {
  const path = join(folder, 'tierline.yaml');
  const base = { server: { port: 0, shutdown_grace: '5s' }, ledger: { path: join(folder, 'ledger.db') } };
  writeFileSync(path, stringify({ ...base, ...config }));
  return path;
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The command line of the built package, running. */
export class CommandProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], options: { cwd: string; env?: Record<string, string>; command?: string }) {
    // No variable of the caller reaches the gateway: a provider key in it would change what it does.
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(process.execPath, [options.command ?? COMMAND, ...args], {
      cwd: options.cwd,
      env: { PATH, HOME, ...options.env },
    });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  /** The first match in what was printed; fails when the process ends first or takes too long. */
  async printed(pattern: RegExp, from: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    const match = await eventually(
      () =>
        pattern.exec(this[from]) ?? (this.child.exitCode === null && this.child.signalCode === null ? null : 'ended'),
      START_MS,
      () => `${String(pattern)} was never printed. stdout:\n${this.stdout}\nstderr:\n${this.stderr}`,
    );
    assert.ok(match !== 'ended', `the process ended early. stdout:\n${this.stdout}\nstderr:\n${this.stderr}`);
    return match;
  }

  /** Sends a signal and waits for the end; a process that does not end is killed, and that is a failure. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    const ended = await Promise.race([this.ended, sleep(STOP_MS, null, { ref: false })]);
    if (ended !== null) return ended;
    this.child.kill('SIGKILL');
    throw new Error(`the process did not end within ${STOP_MS} ms of ${signal}. stderr:\n${this.stderr}`);
  }
}

/** Runs a command to its end. */
export async function run(
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<Ended & { stdout: string; stderr: string }> {
  const process = new CommandProcess(args, options);
  const timer = setTimeout(() => process.child.kill('SIGKILL'), 30_000);
  const ended = await process.ended;
  clearTimeout(timer);
  return { ...ended, stdout: process.stdout, stderr: process.stderr };
}

/** A gateway that listens. */
export class GatewayProcess extends CommandProcess {
  url = '';
  port = 0;
  readonly ledgerPath: string;

  constructor(folder: string, args: readonly string[], env: Record<string, string>) {
    super(['serve', '--config', join(folder, 'tierline.yaml'), ...args], { cwd: folder, env });
    this.ledgerPath = join(folder, 'ledger.db');
  }

  async listens(): Promise<this> {
    const [, url = ''] = await this.printed(/Tierline listens on (\S+)/);
    this.url = url;
    this.port = Number(new URL(url).port);
    return this;
  }

  /** Every row the ledger can show at the moment, oldest first. */
  rows(): CallRow[] {
    return readRows(this.ledgerPath);
  }

  /** The row of a call; the tables follow the journal, so it may take a moment to show. */
  row(id: string): Promise<CallRow> {
    const find = (): CallRow | null => {
      if (!existsSync(this.ledgerPath)) return null;
      const reader = openLedgerReader(this.ledgerPath);
      try {
        return reader.call(id);
      } finally {
        reader.close();
      }
    };
    return eventually(find, 5000, () => `the ledger has no row ${id}`);
  }
}

export function readRows(ledgerPath: string): CallRow[] {
  const reader = openLedgerReader(ledgerPath);
  try {
    return reader.calls({ limit: 1_000_000 }).map(({ row }) => row);
  } finally {
    reader.close();
  }
}

export interface GatewayOptions {
  /** What `tierline.yaml` says besides port and ledger; when left out, the folder has one already. */
  config?: object;
  folder?: string;
  args?: readonly string[];
  env?: Record<string, string>;
}

/** Starts a gateway and ends it with the test, whatever becomes of it. */
export async function startGateway(scope: Scope, options: GatewayOptions): Promise<GatewayProcess> {
  const folder = options.folder ?? temporaryFolder(scope);
  if (options.config !== undefined) writeConfig(folder, options.config);
  const gateway = new GatewayProcess(folder, options.args ?? [], options.env ?? {});
  scope.after(async () => {
    gateway.child.kill('SIGKILL');
    await gateway.ended;
  });
  return gateway.listens();
}

/** Asks every few milliseconds until there is an answer. */
export async function eventually<T>(
  ask: () => T | null | undefined | false,
  withinMs = 5000,
  complaint: () => string = () => 'what was waited for did not happen',
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) assert.fail(`${complaint()} (waited ${withinMs} ms)`);
    await sleep(10);
  }
}
