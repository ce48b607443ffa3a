// Alerts as Prometheus reads them (text exposition format 0.0.4). Pure; two series never have the same labels.
import { ALARM_RULES, type AlarmRule } from '../alarm.ts';
import type { ActiveAlert } from './active-alert.ts';

/** `tierline_alert_active`, 1 for each alert that is active, and `tierline_alerts_total`, how many each rule raised. */
export function alertMetrics(
  active: readonly ActiveAlert[],
  totals: Readonly<Partial<Record<AlarmRule, number>>> = {},
): string {
  const series = active.map(({ rule, task, segment, severity }) =>
    write('tierline_alert_active', { rule, task: task ?? '', segment: segment ?? '', severity }, 1),
  );
  return [
    '# HELP tierline_alert_active Alerts that are active.',
    '# TYPE tierline_alert_active gauge',
    ...new Set(series),
    '# HELP tierline_alerts_total Alerts raised since the start, those told again not counted.',
    '# TYPE tierline_alerts_total counter',
    ...ALARM_RULES.map((rule) => write('tierline_alerts_total', { rule }, totals[rule] ?? 0)),
    '',
  ].join('\n');
}

function write(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const written = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}{${written.join(',')}} ${value}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
