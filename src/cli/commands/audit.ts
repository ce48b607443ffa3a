// `tierline audit`: options and wiring of the register of tasks. What it does is in lifecycle/audit/, loaded when it is called.
import type { Command } from 'commander';
import type { CommandIo } from '../command-io.ts';

interface FromLogOptions {
  format?: string;
  config?: string;
  out?: string;
  dryRun?: boolean;
  json?: boolean;
}

export function defineAudit(program: Command, io: CommandIo): void {
  const audit = program
    .command('audit')
    .description('the register of tasks: what is asked, what is acceptable, what a wrong answer costs');
  defineFromLog(audit, io);
}

function defineFromLog(audit: Command, io: CommandIo): void {
  audit
    .command('from-log')
    .description('find the tasks in logs of Tierline, LiteLLM, Langfuse, Helicone, or in request bodies')
    .argument('<files...>', 'JSON, JSONL, CSV or a ledger; gzip or not')
    .option('--format <name>', 'tierline, litellm, langfuse, helicone or openai (default: told by their shape)')
    .option('-c, --config <file>', 'configuration: its models and tiers, and where the register lies')
    .option('--json', 'what was found as JSON')
    .action(async (files: string[], options: FromLogOptions) => {
      const { fromLogCommand } = await import('../audit-from-log.ts');
      await fromLogCommand({ ...options, files, nowMs: Date.now() }, io);
    });
}
