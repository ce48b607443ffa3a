// `tierline audit init`: asks in the terminal what only people know of the tasks, or takes it from a file. Every task is saved as soon as it
// is through, so that the rest can wait.
import { createCatalog } from '../catalog/catalog.ts';
import { readAnswers } from '../lifecycle/audit/answers-file.ts';
import { tierOfEntry } from '../lifecycle/audit/entry.ts';
import { type Answers, askName, interviewTask } from '../lifecycle/audit/interview.ts';
import { createLadder, type Ladder } from '../lifecycle/audit/ladder.ts';
import { answerEntry } from '../lifecycle/audit/merge-register.ts';
import type { Prompter } from '../lifecycle/audit/prompter.ts';
import {
  type Entry,
  parseRegister,
  QUESTIONS,
  type Question,
  readRegisterText,
  registerPath,
  unansweredOf,
} from '../lifecycle/audit/register.ts';
import { writeKept } from '../lifecycle/audit/write-file.ts';
import type { CommandIo } from './command-io.ts';
import { findConfigFile } from './find-config.ts';

export interface InitOptions {
  config?: string;
  register?: string;
  /** Answers instead of questions. */
  answers?: string;
  /** Whether somebody sits there who can answer. */
  canAsk: boolean;
  /** Milliseconds since 1970. */
  nowMs: number;
}

const NO_TERMINAL =
  'This asks questions and needs a terminal. Without one: `tierline audit from-log <files>` makes the register from a log, ' +
  '`tierline audit from-code <folder>` from a repository, and --answers <file.yaml> takes the answers from a file.';

/** `openPrompter` is called only when there is somebody to ask. Throws a sentence without a terminal and without answers. */
export async function initCommand(
  options: InitOptions,
  io: Pick<CommandIo, 'print'>,
  openPrompter: () => Promise<Prompter> = async () => (await import('./audit-prompter.ts')).openPrompter(),
): Promise<void> {
  const { config, path } = findConfigFile(options.config);
  const file = options.register ?? registerPath(path);
  const ladder = createLadder(createCatalog(), { config, atMs: options.nowMs });
  const desk = new Desk(file, { ladder, at: new Date(options.nowMs).toISOString() });
  if (options.answers !== undefined) {
    const given = readAnswers(options.answers);
    for (const [name, answers] of given) desk.save(name, answers, desk.openAfter(name, answers));
    io.print(`${given.size} ${given.size === 1 ? 'task' : 'tasks'} answered in ${file}.\n`);
    return;
  }
  if (!options.canAsk) throw new Error(NO_TERMINAL);
  await interview(desk, await openPrompter());
}

/** The register while answers come in. */
class Desk {
  readonly file: string;
  private readonly ladder: Ladder;
  private readonly at: string;

  constructor(file: string, { ladder, at }: { ladder: Ladder; at: string }) {
    this.file = file;
    this.ladder = ladder;
    this.at = at;
    this.tasks();
  }

  /** As the file has them at the moment: it may be edited meanwhile. */
  tasks(): Record<string, Entry> {
    const text = readRegisterText(this.file);
    return text === null ? {} : parseRegister(text, this.file).tasks;
  }

  openAfter(name: string, answers: Answers): Question[] {
    const entry = this.tasks()[name];
    const before = entry === undefined ? [...QUESTIONS] : (entry.unanswered ?? []);
    return before.filter((key) => answers[key] === undefined && (key === 'accept' || entry?.[key] === undefined));
  }

  /** What the tier is after these answers. */
  save(name: string, answers: Answers, unanswered: Question[]): Entry {
    const entry = { ...this.tasks()[name], ...answers, unanswered };
    const first = tierOfEntry(entry, this.ladder);
    const own = first === null ? {} : { tier: first.tier, reason: first.reason };
    const text = answerEntry(
      readRegisterText(this.file),
      { name, answers: { ...answers, unanswered }, own, at: this.at },
      this.file,
    );
    writeKept(this.file, text);
    return parseRegister(text, this.file).tasks[name] ?? entry;
  }
}

const NEW = ' new';
const DONE = ' done';

async function interview(desk: Desk, prompter: Prompter): Promise<void> {
  prompter.say(
    `Answers go to ${desk.file}, after every task. Leave with Ctrl+C whenever you like and take it up again later.`,
    'The register of tasks',
  );
  for (;;) {
    const tasks = desk.tasks();
    const picked = await pickTask(tasks, prompter);
    const name = picked === NEW ? await askName(prompter, Object.keys(tasks)) : picked;
    if (name === null || name === DONE) break;
    const task = name.trim();
    const { answers, unanswered, hasLeft } = await interviewTask(
      tasks[task] ?? { unanswered: [...QUESTIONS] },
      prompter,
    );
    if (Object.keys(answers).length > 0 || unanswered.length < QUESTIONS.length) {
      const { tier, reason } = desk.save(task, answers, unanswered);
      if (tier !== undefined)
        prompter.say(`${reason}\nWhere to begin: ${tier}. \`tierline profile\` measures whether it is right.`, task);
    }
    if (hasLeft) break;
  }
  const open = Object.values(desk.tasks()).filter((entry) => unansweredOf(entry).length > 0).length;
  prompter.say(
    open === 0
      ? 'Everything is answered. `tierline audit apply` puts it into the configuration.'
      : `${open} ${open === 1 ? 'task has' : 'tasks have'} open questions; \`tierline audit init\` goes on.`,
  );
}

/** The one with the most open questions comes first; null when the person leaves. */
async function pickTask(tasks: Record<string, Entry>, prompter: Prompter): Promise<string | null> {
  const names = Object.keys(tasks);
  if (names.length === 0) return NEW;
  const choices = names.map((name) => {
    const open = unansweredOf(tasks[name] ?? {});
    return { value: name, label: name, hint: open.length === 0 ? 'all answered' : `open: ${open.join(', ')}` };
  });
  const next = names.find((name) => unansweredOf(tasks[name] ?? {}).length > 0);
  return prompter.select({
    message: 'Which task?',
    choices: [...choices, { value: NEW, label: 'One that is not here' }, { value: DONE, label: 'That is all' }],
    initial: next ?? DONE,
  });
}
