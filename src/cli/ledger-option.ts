// The options by which commands find the ledger.
import type { Command } from 'commander';

export interface LedgerOption {
  ledger?: string;
  config?: string;
}

export function withLedger(command: Command): Command {
  return command
    .option('-l, --ledger <file>', 'ledger (default: the one of the configuration)')
    .option('-c, --config <file>', 'configuration');
}

export async function ledgerPath(options: LedgerOption): Promise<string> {
  if (options.ledger !== undefined) return options.ledger;
  const { findConfig } = await import('./find-config.ts');
  return findConfig(options.config).config.ledger.path;
}
