// Profiles as one HTML page for people who decide: from data to a string, with everything it needs inside it. It has no script and asks
// nobody for anything, and its own policy forbids both.
import { adviceFor, type ReportTask } from './advice.ts';
import { billSection, type MonthlyBill } from './bill.ts';
import { framed } from './frame.ts';
import { type Markup, markup } from './markup.ts';
import { method, sureness } from './method.ts';
import { moment, named } from './parts.ts';
import { summary } from './summary.ts';
import { taskSection } from './task-section.ts';
import { counted } from './words.ts';

export interface Report {
  tasks: readonly ReportTask[];
  /** Name of the model that savings are counted against; null for none. */
  baseline: string | null;
  /** What a month costs; left out where it is not known. */
  bill?: MonthlyBill | null;
}

/** The whole page. The same report gives the same page. */
export function reportPage({ tasks, baseline, bill = null }: Report): string {
  const advices = tasks.map((task) => adviceFor(task, baseline));
  return framed({
    eyebrow: 'tierline profile',
    title: 'Which model for which task',
    meta: meta({ tasks, baseline }),
    body: markup`${summary(advices, baseline)}${advices.map((advice, at) => taskSection(advice, at + 1, baseline))}${bill !== null && billSection(bill, advices)}${sureness(tasks)}${method(tasks, baseline)}`,
  });
}

function meta({ tasks, baseline }: Report): Markup {
  const models = new Set(tasks.flatMap(({ profile }) => profile.models.map(({ model }) => model)));
  const samples = tasks.reduce((sum, { profile }) => sum + profile.samples.count, 0);
  const last =
    tasks
      .map(({ profile }) => profile.madeAt)
      .toSorted()
      .at(-1) ?? null;
  return markup`<p class="meta">${counted(tasks.length, 'task')}, ${counted(models.size, 'model')}, ${counted(samples, 'sample')}; measured until ${moment(last)}; ${baseline === null ? 'no baseline' : markup`baseline ${named(baseline)}`}</p>`;
}
