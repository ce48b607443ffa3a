// `tierline demo`: a mixed workload through a running gateway, ending in what it cost and what routing saved.
// It starts nothing itself: gateway, provider and ledger are the caller's.
import { generateWorkload, type WorkloadItem } from '../provider/simulated/workload.ts';
import {
  type DemoCall,
  type DemoFigures,
  type DemoLedgerReport,
  reportFromAnswers,
  toFigures,
} from './demo/figures.ts';
import { type DemoShape, type DemoTarget, sendItem } from './demo/send.ts';
import { writeFigures } from './demo/table.ts';
import { type Progress, startProgress } from './progress.ts';

export interface DemoOptions {
  /** Base address of the gateway, without `/v1`. */
  gatewayUrl: string;
  /** A key that the gateway accepts. */
  key: string;
  requests: number;
  /** Requests in flight at once. */
  concurrency: number;
  seed: number;
  /** The ledger's account of this demo, asked when all answers are in; null counts from the answers' headers. */
  report: () => Promise<DemoLedgerReport | null>;
  print: (line: string) => void;
  isTTY: boolean;
}

/** Every second request in the other dialect, every second pair streaming: all four shapes in equal shares. */
function shapeOf(index: number): DemoShape {
  return { dialect: index % 2 === 0 ? 'openai' : 'anthropic', stream: index % 4 >= 2 };
}

async function sendAll(
  items: readonly WorkloadItem[],
  target: DemoTarget,
  run: { concurrency: number; progress: Progress },
) {
  const calls: DemoCall[] = [];
  const queue = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) {
      calls.push({ item, answer: await sendItem(item, shapeOf(index), target) });
      run.progress.advance();
    }
  };
  await Promise.all(Array.from({ length: run.concurrency }, work));
  return calls;
}

/** Runs the demo and prints its tables; resolves with the figures. Failed requests are counted, not thrown. */
export async function demoCommand(options: DemoOptions): Promise<DemoFigures> {
  const { requests, seed, gatewayUrl, key, concurrency, print, isTTY } = options;
  const items = generateWorkload({ seed, count: requests });
  const title = `Sending ${requests} requests of five tasks through ${gatewayUrl}`;
  const progress = await startProgress({ total: requests, title, isTTY, print });
  const calls = await sendAll(items, { gatewayUrl, key }, { concurrency, progress });
  progress.finish(`${requests} requests sent.`);
  const figures = toFigures(calls, (await options.report()) ?? reportFromAnswers(calls));
  print(writeFigures(figures, isTTY));
  const firstError = calls.find(({ answer }) => answer.error !== null)?.answer.error;
  if (firstError !== undefined) print(`First failure: ${firstError}`);
  return figures;
}
