// The options of `tierline simulate`.
import type { Command } from 'commander';
import { drop, rise } from '../arguments.ts';
import type { CommandIo } from '../command-io.ts';

interface SimulateFlags {
  config?: string;
  policy: string;
  from?: string;
  ledger?: string;
  folder?: string;
  since?: string;
  until?: string;
  tenant?: string;
  task?: string;
  maxCostRise?: number;
  maxQualityDrop?: number;
  json?: boolean;
}

export function defineSimulate(program: Command, io: CommandIo): void {
  program
    .command('simulate')
    .description(
      'what another policy would have made of the calls of the ledger, or of profiled samples; calls no model',
    )
    .requiredOption('-p, --policy <file>', 'the configuration to try')
    .option('-c, --config <file>', 'the one in force (default: tierline.yaml here, else keys found in the environment)')
    .option('--from <what>', 'profile or ledger (default: profile where there are answers, else ledger)')
    .option('-l, --ledger <file>', 'ledger (default: the one of the configuration in force)')
    .option('--folder <path>', 'where samples and answers are (default: tierline beside the configuration in force)')
    .option('--since <when>', '7d, 24h or a date; of the ledger (default: 7d)')
    .option('--until <when>', '7d, 24h or a date; of the ledger')
    .option('--tenant <name>', 'only this tenant')
    .option('--task <name>', 'only this task')
    .option('--max-cost-rise <share>', 'exit with 1 when it would cost more by more, such as 10%', rise)
    .option('--max-quality-drop <share>', 'exit with 1 when the pass rate would drop by more, such as 1%', drop)
    .option('--json', 'as JSON')
    .action(async (flags: SimulateFlags) => {
      const [{ simulateCommand }, { findConfig }] = await Promise.all([
        import('../simulate.ts'),
        import('../find-config.ts'),
      ]);
      const { config, policy, ...rest } = flags;
      const [current, candidate] = [findConfig(config), findConfig(policy)];
      process.exitCode = await simulateCommand({ ...rest, current, candidate, nowMs: Date.now() }, io);
    });
}
