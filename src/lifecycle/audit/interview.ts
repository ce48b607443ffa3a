// The questions of an audit, asked one after the other: what the requests look like, what is acceptable, what a wrong answer costs. What is
// known already is the suggestion. It knows no terminal: a prompter asks, and null for an answer means that the person leaves.
import { isObject } from '../../call/json.ts';
import { CONSEQUENCES, INPUT_STRUCTURES } from '../../config/config.ts';
import { name as nameSchema } from '../../config/leaf.ts';
import { taskSchema } from '../../config/task-schema.ts';
import type { Prompter } from './prompter.ts';
import { type Entry, QUESTIONS, type Question, type TaskKey } from './register.ts';

/** Keys with what people answered; a key they emptied is undefined. */
export type Answers = Partial<Record<TaskKey, unknown>>;

export interface Interviewed {
  answers: Answers;
  /** What nobody has answered after this. */
  unanswered: Question[];
  hasLeft: boolean;
}

const OPEN = 'open';

interface Ask {
  entry: Entry;
  prompter: Prompter;
  answers: Answers;
  answered: Set<Question>;
}

/** False when the person leaves. */
type Step = (ask: Ask) => Promise<boolean>;

/** Asks everything of one task. What was answered before leaving is kept. */
export async function interviewTask(entry: Entry, prompter: Prompter): Promise<Interviewed> {
  const ask: Ask = { entry, prompter, answers: {}, answered: new Set() };
  let hasLeft = false;
  for (const step of STEPS) {
    if (await step(ask)) continue;
    hasLeft = true;
    break;
  }
  const before = entry.unanswered ?? QUESTIONS;
  const unanswered = before.filter((key) => !ask.answered.has(key) && (key === 'accept' || entry[key] === undefined));
  return { answers: ask.answers, unanswered, hasLeft };
}

/** A name for a task that is not in the register yet. */
export function askName(prompter: Prompter, taken: readonly string[]): Promise<string | null> {
  return prompter.text({
    message: 'What is the task called? Clients name it, as in auto/ticket-triage.',
    check: (text) => {
      const read = nameSchema.safeParse(text.trim());
      if (!read.success) return read.error.issues[0]?.message;
      if (text.includes('/')) return 'a task name has no slash';
      return taken.includes(text.trim()) ? 'there is a task of that name' : undefined;
    },
  });
}

const STEPS: readonly Step[] = [
  (ask) => askText(ask, 'description', 'What does it do, in one sentence?'),
  (ask) => askText(ask, 'owner', 'Who owns it: a team or a person?'),
  (ask) => askSizes(ask, 'input', 'How long are its requests, in tokens: typical / largest?'),
  askLanguages,
  askStructure,
  (ask) => askSizes(ask, 'output', 'How long are its answers, in tokens: typical / largest?'),
  askAccept,
  askConsequence,
  (ask) => askText(ask, 'latency_budget', 'How long may an answer take, such as 800ms or 5s?'),
  askPrivate,
  askVolume,
];

async function askText(
  { entry, prompter, answers, answered }: Ask,
  key: 'description' | 'owner' | 'latency_budget',
  message: string,
): Promise<boolean> {
  const initial = typeof entry[key] === 'string' ? entry[key] : '';
  const text = await prompter.text({ message, initial, hint: 'empty leaves it open', check: checkOf(key) });
  if (text === null) return false;
  const value = text.trim();
  if (value === '') return true;
  answers[key] = value;
  if (key !== 'description') answered.add(key);
  return true;
}

function checkOf(key: TaskKey): (text: string) => string | undefined {
  return (text) => (text.trim() === '' ? undefined : problemOf(key, text.trim()));
}

function problemOf(key: TaskKey, value: unknown): string | undefined {
  const read = taskSchema.shape[key].safeParse(value);
  return read.success ? undefined : read.error.issues[0]?.message;
}

const SIZES = /^\s*(\d[\d,_]*)\s*(?:\/\s*(\d[\d,_]*)\s*)?$/;

async function askSizes({ entry, prompter, answers }: Ask, key: 'input' | 'output', message: string): Promise<boolean> {
  const known = objectOf(answers[key] ?? entry[key]);
  const sizesNow = [known['typical_tokens'], known['largest_tokens']].filter((size) => typeof size === 'number');
  const initial = sizesNow.join(' / ');
  const text = await prompter.text({
    message,
    initial,
    hint: '350 / 4000, or empty',
    check: (written) =>
      written.trim() === '' || sizesIn(written) !== null
        ? undefined
        : 'expected one number or two, such as 350 / 4000, the larger one last',
  });
  if (text === null) return false;
  const sizes = sizesIn(text);
  if (sizes !== null) answers[key] = { ...known, ...sizes };
  return true;
}

function sizesIn(text: string): { typical_tokens: number; largest_tokens?: number } | null {
  const [, one, other] = SIZES.exec(text) ?? [];
  if (one === undefined) return null;
  const typical = Number(one.replaceAll(/[,_]/g, ''));
  if (other === undefined) return typical < 1 ? null : { typical_tokens: typical };
  const largest = Number(other.replaceAll(/[,_]/g, ''));
  return typical < 1 || largest < typical ? null : { typical_tokens: typical, largest_tokens: largest };
}

async function askLanguages({ entry, prompter, answers }: Ask): Promise<boolean> {
  const known = objectOf(answers.input ?? entry.input);
  const initial = Array.isArray(known['languages']) ? known['languages'].join(', ') : '';
  const list = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');
  const text = await prompter.text({
    message: 'In which languages do people write to it, as in: en, de?',
    initial,
    hint: 'empty when it does not matter',
    check: (written) =>
      list(written).every((word) => /^[a-z]{2}$/.test(word))
        ? undefined
        : 'expected codes of two letters, such as en, de',
  });
  if (text === null) return false;
  const languages = list(text);
  if (languages.length > 0) answers.input = { ...known, languages };
  return true;
}

async function askStructure({ entry, prompter, answers }: Ask): Promise<boolean> {
  const known = objectOf(answers.input ?? entry.input);
  const initial = Array.isArray(known['structure']) ? known['structure'].map(String) : [];
  const structure = await prompter.several({
    message: 'What do requests bring along?',
    choices: INPUT_STRUCTURES.map((value) => ({ value, label: STRUCTURES[value] })),
    initial,
  });
  if (structure === null) return false;
  if (structure.length > 0 || initial.length > 0) answers.input = { ...known, structure };
  return true;
}

const STRUCTURES: Readonly<Record<(typeof INPUT_STRUCTURES)[number], string>> = {
  tools: 'tools',
  schema: 'a JSON schema for the answer',
  images: 'images',
  documents: 'documents',
  audio: 'audio',
  code: 'code',
  tables: 'tables',
  math: 'formulas',
  turns: 'earlier turns of a conversation',
};

async function askAccept(ask: Ask): Promise<boolean> {
  const { entry, prompter, answers, answered } = ask;
  const known = Array.isArray(entry.accept) && entry.accept.length > 0 ? entry.accept : null;
  const choice = await prompter.select({
    message: 'How would a program see that an answer is acceptable?',
    choices: [
      ...(known === null
        ? []
        : [
            {
              value: 'keep',
              label: `As it stands: ${showGates(known)}`,
              hint: entry.unanswered?.includes('accept') === true ? 'suggested' : 'answered',
            },
          ]),
      { value: 'labels', label: 'It is one of a few labels' },
      { value: 'schema', label: 'It follows a JSON schema' },
      { value: 'tools', label: 'It calls tools correctly' },
      { value: 'text', label: 'It is open text: complete, and no refusal', hint: 'a judge can be added later' },
      { value: OPEN, label: 'Leave it open' },
    ],
    initial: known === null ? OPEN : 'keep',
  });
  if (choice === null) return false;
  const gates = await gatesFor(choice, ask);
  if (gates === null) return false;
  if (choice !== OPEN) answered.add('accept');
  if (gates.length > 0) answers.accept = gates;
  return true;
}

/** Null when the person leaves; empty when nothing changes. */
async function gatesFor(choice: string, { prompter }: Ask): Promise<unknown[] | null> {
  if (choice === 'labels') {
    const text = await prompter.text({
      message: 'Which labels, with commas between?',
      hint: 'billing, bug, sales',
      check: (written) => (labelsIn(written).length < 2 ? 'expected at least two labels' : undefined),
    });
    return text === null ? null : [{ one_of: labelsIn(text) }];
  }
  if (choice === 'schema') {
    const text = await prompter.text({
      message: 'Which schema: a file beside the configuration, or `request` for the one that the request brings?',
      initial: 'request',
      check: (written) => (written.trim() === '' ? 'expected a file or `request`' : undefined),
    });
    return text === null ? null : [{ json_schema: text.trim() }];
  }
  if (choice === 'tools') return [{ tool_calls: 'valid' }, { refusal: true }];
  return choice === 'text' ? [{ finish: 'complete' }, { refusal: true }] : [];
}

function labelsIn(text: string): string[] {
  return [...new Set(text.split(',').map((label) => label.trim()))].filter((label) => label !== '');
}

async function askConsequence({ entry, prompter, answers, answered }: Ask): Promise<boolean> {
  const initial = CONSEQUENCES.find((one) => one === entry.consequence) ?? OPEN;
  const choice = await prompter.select({
    message: 'What does a wrong answer cost?',
    choices: [
      ...CONSEQUENCES.map((value) => ({ value, label: value, hint: CONSEQUENCE_HINTS[value] })),
      { value: OPEN, label: 'Leave it open' },
    ],
    initial,
  });
  if (choice === null) return false;
  if (choice === OPEN) return true;
  answers.consequence = choice;
  answered.add('consequence');
  return true;
}

const CONSEQUENCE_HINTS: Readonly<Record<(typeof CONSEQUENCES)[number], string>> = {
  none: 'nobody would notice',
  reviewed: 'a person looks at every answer first',
  reversible: 'it can be put right afterwards',
  irreversible: 'money, mail or data are gone, a customer was told',
};

async function askPrivate({ entry, prompter, answers, answered }: Ask): Promise<boolean> {
  const personal = entry.evidence?.log?.personal_data;
  const seen =
    personal === undefined ? '' : ` ${personal.calls} of ${personal.sampled} sampled calls seem to hold personal data.`;
  const choice = await prompter.select({
    message: `May its requests go to any provider, or only to private ones?${seen}`,
    choices: [
      { value: 'any', label: 'Any provider' },
      { value: 'private', label: 'Only private ones', hint: 'providers with private: true in the configuration' },
      { value: OPEN, label: 'Leave it open' },
    ],
    initial: entry.private === true ? 'private' : entry.private === false ? 'any' : OPEN,
  });
  if (choice === null) return false;
  if (choice === OPEN) return true;
  answers.private = choice === 'private';
  answered.add('private');
  return true;
}

async function askVolume({ entry, prompter, answers }: Ask): Promise<boolean> {
  const text = await prompter.text({
    message: 'How many calls a month?',
    initial: typeof entry.volume === 'number' ? String(entry.volume) : '',
    hint: 'empty leaves it open',
    check: (written) => (/^[\d,_ ]*$/.test(written) ? undefined : 'expected a whole number'),
  });
  if (text === null) return false;
  const digits = text.replaceAll(/\D/g, '');
  if (digits !== '') answers.volume = Number(digits);
  return true;
}

function showGates(gates: readonly unknown[]): string {
  const names = gates.map((gate) => {
    const [[key, value] = ['?', null]] = Object.entries(objectOf(gate));
    const labels = Array.isArray(value) ? value : objectOf(value)['values'];
    return Array.isArray(labels) ? `${key} (${labels.slice(0, 5).join(', ')}${labels.length > 5 ? ', …' : ''})` : key;
  });
  return names.join(', ');
}

function objectOf(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}
