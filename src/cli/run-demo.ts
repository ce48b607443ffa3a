// Gives `tierline demo` what it needs: a gateway on the simulated provider, with a ledger of its own, for as long as it runs.
import { parseConfig } from '../config/load.ts';
import { openLedgerReader } from '../ledger/reader.ts';
import { demoConfigYaml } from './demo/config.ts';
import type { DemoLedgerReport } from './demo/figures.ts';
import { toDemoReport } from './demo/ledger-report.ts';
import { demoCommand } from './demo.ts';
import { startTierline } from './start.ts';

export interface RunDemoOptions {
  requests: number;
  concurrency: number;
  seed: number;
  /** 1 is lifelike, 10 ten times as fast. */
  speed: number;
  print: (text: string) => void;
  warn: (sentence: string) => void;
  isTTY: boolean;
}

export async function runDemo({
  requests,
  concurrency,
  seed,
  speed,
  print,
  warn,
  isTTY,
}: RunDemoOptions): Promise<void> {
  const parsed = parseConfig(demoConfigYaml({ seed, speed }), { file: 'demo', env: {} });
  const config = { ...parsed, server: { ...parsed.server, port: 0 }, ledger: { ...parsed.ledger, path: ':memory:' } };
  const running = await startTierline({ config, warn });
  const report = async (): Promise<DemoLedgerReport> => {
    await running.ledger.flush();
    const reader = openLedgerReader(running.ledger.path);
    try {
      const reports = { byTask: reader.report({ by: 'task' }), byModel: reader.report({ by: 'model' }) };
      return toDemoReport(reports, (model) => config.models.get(model)?.tier ?? null);
    } finally {
      reader.close();
    }
  };
  try {
    const { url } = running.gateway;
    await demoCommand({ gatewayUrl: url, key: 'demo', requests, concurrency, seed, report, print, isTTY });
  } finally {
    await running.close();
  }
}
