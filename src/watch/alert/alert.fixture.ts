// What the tests of alerts share: alarms, a sink that remembers, a clock that is moved by hand, a receiver over HTTP.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { AlertRulesConfig, AlertsConfig } from '../../config/alerts-config.ts';
import { parseConfig } from '../../config/load.ts';
import type { Alarm, Recovery } from '../alarm.ts';
import type { ActiveAlert, Notice } from './active-alert.ts';
import type { Sink } from './sink.ts';

export const START_MS = Date.UTC(2026, 10, 10, 12);

export function alarmOf(more: Partial<Alarm> = {}): Alarm {
  const { task = 'triage', segment = null, rule = 'pass_rate' } = more;
  return {
    key: [rule, task, segment].filter((part) => part !== null).join('/'),
    rule,
    task,
    segment,
    severity: 'warning',
    atMs: START_MS,
    sentence: 'The pass rate of triage fell from 96.0% to 81.0%.',
    evidence: { before: 0.96, now: 0.81 },
    isEvent: false,
    ...more,
  };
}

export function recoveryOf(key = 'pass_rate/triage', atMs = START_MS): Recovery {
  return { key, atMs, sentence: 'The pass rate of triage is 95.5% again.' };
}

export function noticeOf(more: Partial<Notice> & { alarm?: Partial<Alarm> } = {}): Notice {
  const { alarm, ...rest } = more;
  const { atMs, ...about } = alarmOf(alarm);
  const alert: ActiveAlert = { ...about, firstMs: atMs, lastMs: atMs, toldMs: atMs };
  return { id: 'msg-1', kind: 'raised', atMs, sentence: about.sentence, alert, ...rest };
}

/** The defaults of the file, but for what is given. */
export function configOf({ rules, ...more }: Partial<Omit<AlertsConfig, 'rules'>> & RulesPart = {}): AlertsConfig {
  const { alerts } = parseConfig('providers: { simulated: {} }\nmodels: { m: simulated/x }', {
    file: '/c/tierline.yaml',
    env: {},
  });
  return { ...alerts, ...more, rules: { ...alerts.rules, ...rules } };
}
interface RulesPart {
  rules?: Partial<AlertRulesConfig>;
}

/** Remembers what it is sent; `answer` may fail. */
export function createMemorySink(answer: (notice: Notice) => void | Promise<void> = () => undefined) {
  const told: Notice[] = [];
  const sink: Sink = {
    name: 'webhook ops.example.com',
    send: async (notice) => {
      await answer(notice);
      told.push(notice);
    },
  };
  return { sink, told };
}

/** Time that passes only when a pause is asked for, or by hand. A pause of Infinity lasts until its signal fires. */
export function createHastyClock(startMs = START_MS) {
  const clock = {
    nowMs: startMs,
    pauses: [] as number[],
    now: () => clock.nowMs,
    sleep: async (ms: number, signal: AbortSignal): Promise<void> => {
      if (ms === Number.POSITIVE_INFINITY) await once(signal, 'abort');
      signal.throwIfAborted();
      clock.pauses.push(ms);
      clock.nowMs += ms;
      await turn();
    },
  };
  return clock;
}

/** Until everything that needs no time and no network has happened. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 10; turns++) await turn();
}

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A real receiver: answers in the order given, the last answer for ever. */
export async function startReceiver(...answers: { status: number; headers?: Record<string, string> }[]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      const answer = answers[Math.min(received.length, answers.length) - 1] ?? { status: 204 };
      response.writeHead(answer.status, answer.headers).end();
      server.emit('received');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    received,
    url: `http://127.0.0.1:${port}/hooks/secret-path-token`,
    host: `127.0.0.1:${port}`,
    until: async (count: number): Promise<void> => {
      while (received.length < count) await once(server, 'received');
    },
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
