// Puts a report of profiles where it was asked for: a page, and the charts of each task as files.
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { replaceFile } from '../../config/replace-file.ts';
import type { Profile } from '../../lifecycle/profile/profile.ts';
import type { ReportTask } from '../../lifecycle/report/advice.ts';
import type { MonthlyBill } from '../../lifecycle/report/bill.ts';
import { svgFile } from '../../lifecycle/report/chart/svg.ts';
import { figuresOf } from '../../lifecycle/report/figures.ts';
import { reportPage } from '../../lifecycle/report/page.ts';

export interface ReportPlaces {
  /** File of the page. */
  html?: string | undefined;
  /** Folder of the charts, `<task>-<chart>.svg` each. */
  svg?: string | undefined;
}

/** What a configuration says of the tasks that were profiled; of a task that it does not know, nothing. */
export function toReportTasks(profiles: readonly Profile[], { tasks }: Pick<Config, 'tasks'>): ReportTask[] {
  return profiles.map((profile) => {
    const { volume = null, latencyBudgetMs = null, owner = null } = tasks.get(profile.task) ?? {};
    return { profile, volume, latencyBudgetMs, owner };
  });
}

/** The files that were written, as sentences. Throws Error for a place that cannot be written. */
export function writeReport(
  tasks: readonly ReportTask[],
  { html, svg }: ReportPlaces,
  { baseline, bill }: { baseline: string | null; bill: MonthlyBill | null },
): string[] {
  const told: string[] = [];
  if (html !== undefined) {
    replaceFile(html, reportPage({ tasks, baseline, bill }));
    told.push(`report: ${html}`);
  }
  if (svg !== undefined) {
    let count = 0;
    for (const task of tasks) {
      for (const { kind, chart } of figuresOf(task, { id: 'chart', baseline })) {
        replaceFile(join(svg, `${fileName(task.profile.task)}-${kind}.svg`), svgFile(chart));
        count++;
      }
    }
    told.push(`${count} charts: ${svg}`);
  }
  return told;
}

/** A profile's file may say anything: what no file name should have becomes an underscore. */
function fileName(task: string): string {
  return task.replaceAll(/[^\p{L}\p{N}._@+-]/gu, '_').slice(0, 100);
}
