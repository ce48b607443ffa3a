// `tierline audit`: options and wiring of the register of tasks. What it does is in lifecycle/audit/, loaded when it is called.
import type { Command } from 'commander';
import type { CommandIo } from '../command-io.ts';

interface RegisterOptions {
  config?: string;
  register?: string;
  json?: boolean;
}

interface FromLogOptions extends RegisterOptions {
  format?: string;
  dryRun?: boolean;
}

export function defineAudit(program: Command, io: CommandIo): void {
  const audit = program
    .command('audit')
    .description('the register of tasks: what is asked, what is acceptable, what a wrong answer costs');
  defineFromLog(audit, io);
  defineFromCode(audit, io);
  defineInit(audit, io);
  defineShow(audit, io);
  defineApply(audit, io);
}

function withRegister(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration (default: tierline.yaml here): its models, tiers and tasks')
    .option('-r, --register <file>', 'the register (default: tierline/tasks.yaml beside the configuration)');
}

function defineFromLog(audit: Command, io: CommandIo): void {
  withRegister(audit.command('from-log'))
    .description('find the tasks in logs of Tierline, LiteLLM, Langfuse, Helicone, or in request bodies')
    .argument('<files...>', 'JSON, JSONL, CSV or a ledger; gzip or not')
    .option('--format <name>', 'tierline, litellm, langfuse, helicone or openai (default: told by their shape)')
    .option('--dry-run', 'leave the register as it is')
    .option('--json', 'what was found as JSON')
    .action(async (files: string[], options: FromLogOptions) => {
      const { fromLogCommand } = await import('../audit-from-log.ts');
      await fromLogCommand({ ...options, files, nowMs: Date.now() }, io);
    });
}

function defineFromCode(audit: Command, io: CommandIo): void {
  withRegister(audit.command('from-code'))
    .description('find the places of a repository that ask models, and the models it names')
    .argument('[folder]', 'the repository', '.')
    .option('--dry-run', 'leave the register as it is')
    .option('--json', 'what was found as JSON')
    .action(async (folder: string, options: RegisterOptions & { dryRun?: boolean }) => {
      const { fromCodeCommand } = await import('../audit-from-code.ts');
      fromCodeCommand({ ...options, folder, nowMs: Date.now() }, io);
    });
}

function defineInit(audit: Command, io: CommandIo): void {
  withRegister(audit.command('init'))
    .description('answer in the terminal what only people know of the tasks')
    .option('--answers <file.yaml>', 'take the answers from a file')
    .action(async (options: RegisterOptions & { answers?: string }) => {
      const { initCommand } = await import('../audit-init.ts');
      const canAsk = process.stdin.isTTY === true && process.stdout.isTTY === true;
      await initCommand({ ...options, canAsk, nowMs: Date.now() }, io);
    });
}

function defineShow(audit: Command, io: CommandIo): void {
  withRegister(audit.command('show'))
    .description('the register as a table, and what nobody has answered yet')
    .argument('[task...]', 'only these')
    .option('--json', 'as JSON')
    .action(async (tasks: string[], options: RegisterOptions) => {
      const { showCommand } = await import('../audit-register.ts');
      showCommand({ ...options, tasks }, io);
    });
}

function defineApply(audit: Command, io: CommandIo): void {
  withRegister(audit.command('apply'))
    .description('what would change in the configuration so that it has the tasks of the register')
    .argument('[task...]', 'only these')
    .option('--write', 'change it')
    .option('--json', 'as JSON')
    .action(async (tasks: string[], options: RegisterOptions & { write?: boolean }) => {
      const { applyCommand } = await import('../audit-apply.ts');
      applyCommand({ ...options, tasks }, io);
    });
}
