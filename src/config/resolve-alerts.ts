// Makes what `alerts` says into data. It reports addresses that cannot be sent to, and never shows one: they hold tokens.
import type { AlertsConfig, SinkConfig } from './alerts-config.ts';
import type { FileAlerts, FileSink } from './alerts-schema.ts';
import type { Report } from './names.ts';
import type { Path } from './problem.ts';

export function resolveAlerts(file: FileAlerts, report: Report): AlertsConfig {
  const sinks: SinkConfig[] = [];
  const seen = new Set<string>();
  for (const [index, written] of file.to.entries()) {
    const sink = resolveSink(written);
    const path: Path = ['alerts', 'to', index];
    if (sink.kind !== 'log') checkAddress(sink.url, [...path, sink.kind], report);
    const place = sink.kind === 'log' ? sink.kind : `${sink.kind} ${sink.url}`;
    if (seen.has(place)) report({ path, at: 'value', message: 'stands in this list already' });
    seen.add(place);
    sinks.push(sink);
  }
  return { sinks, repeatMs: file.repeat, rules: file.rules };
}

function resolveSink({ log, webhook, slack, secret }: FileSink): SinkConfig {
  if (webhook !== undefined) return { kind: 'webhook', url: webhook, secret: secret ?? null };
  return slack === undefined ? { kind: 'log', form: log ?? 'sentence' } : { kind: 'slack', url: slack };
}

function checkAddress(address: string, path: Path, report: Report): void {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    report({ path, at: 'value', message: 'must be an http:// or https:// address' });
  else if (url.username !== '' || url.password !== '')
    report({ path, at: 'value', message: 'must not hold a user or password' });
}
