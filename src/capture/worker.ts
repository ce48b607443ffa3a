// The thread that keeps calls: parses, masks and writes what it is handed. Nobody waits for it; what it has taken over it says by counting
// down the bytes that are on their way to it.

import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { parseObject } from '../call/json.ts';
import { maskJson } from '../mask/mask.ts';
import type { CapturedCall } from './captured-call.ts';
import { CaptureFolder, type CaptureLimits } from './folder.ts';

export interface CaptureOrders {
  folder: string;
  /** One 32-bit number: bytes that have been handed over and are not written yet. */
  pending: SharedArrayBuffer;
}

export type CaptureMessage =
  | { kind: 'call'; call: Omit<CapturedCall, 'body'>; body: Uint8Array }
  | { kind: 'limit'; limits: CaptureLimits }
  | { kind: 'stop' };

/** What went wrong with a call, or with deleting old ones. */
export interface CaptureNews {
  failed: string;
}

const PRUNE_EVERY_MS = 3_600_000;
/** Answers come first: a tenth of the gateway's share when both want the core. Only Linux gives a thread a priority of its own. */
const NICE = 10;

function yieldToAnswers(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (thread > 0) setPriority(thread, NICE);
  } catch {
    // A system without /proc, or without the right to do so.
  }
}

function run({ folder: path, pending }: CaptureOrders): void {
  yieldToAnswers();
  const folder = new CaptureFolder(path, Date.now);
  const left = new Int32Array(pending);
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      const news: CaptureNews = { failed: error instanceof Error ? error.message : String(error) };
      parentPort?.postMessage(news, []);
    }
  };
  const timer = setInterval(() => attempt(() => folder.prune()), PRUNE_EVERY_MS);
  parentPort?.on('message', (message: CaptureMessage) => {
    if (message.kind === 'call') {
      attempt(() => keep(folder, message));
      Atomics.sub(left, 0, message.body.length);
    } else if (message.kind === 'limit') attempt(() => folder.limit(message.limits));
    else {
      clearInterval(timer);
      folder.close();
      parentPort?.close();
    }
  });
}

function keep(folder: CaptureFolder, { call, body: bytes }: Extract<CaptureMessage, { kind: 'call' }>): void {
  const body = parseObject(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  if (body === null) return;
  const { headers } = call;
  const content = call.masked ? maskJson({ headers: { ...headers }, body }).value : { headers, body };
  folder.append(JSON.stringify({ ...call, ...content }));
}

run(workerData as CaptureOrders);
