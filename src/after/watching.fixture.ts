// A gateway's watching without the gateway: over a ledger of lists, with a clock that is set, so that processes follow one another at will.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { emptyPlan } from '../call/plan.ts';
import type { CallRow } from '../call/row.ts';
import type { Config } from '../config/config.ts';
import { Inbound } from '../dialect/inbound.ts';
import { openaiChat } from '../dialect/openai-chat.ts';
import type { Answer } from '../gate/gate.ts';
import type { Afterwards, Call, Ended, Engine } from '../router.ts';
import { rolloutEventsPath } from '../watch/rollout/places.ts';
import { readState, writeState } from './kept-state.ts';
import { createFakeLedger, type FakeLedger, NOON_MS } from './watched.fixture.ts';
import { Watching } from './watching.ts';

interface Scope {
  after: (clean: () => unknown) => void;
}

/** What outlives a process. */
export interface Place {
  folder: string;
  ledger: FakeLedger;
  statePath: string;
  clock: { nowMs: number };
}

export function createPlace(scope: Scope): Place {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-watching-'));
  scope.after(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, ledger: createFakeLedger(), statePath: join(folder, 'watch.json'), clock: { nowMs: NOON_MS } };
}

/** One process. */
export class Process {
  readonly place: Place;
  readonly watching: Watching;
  readonly warned: string[] = [];
  readonly measured: string[] = [];
  /** Takes calls; null where nothing is watched. */
  afterwards: Afterwards | null;

  constructor(place: Place, config: Config, engine: () => Engine = noEngine) {
    this.place = place;
    const { ledger, folder, clock, statePath } = place;
    this.watching = new Watching({
      config,
      warn: (sentence) => void this.warned.push(sentence),
      note: (note) => ledger.note(note),
      rolloutEvents: rolloutEventsPath(join(folder, 'ledger.db')),
      reprofile: (task) => void this.measured.push(task),
      nowMs: () => clock.nowMs,
    });
    this.afterwards = this.watching.under(config, engine);
    this.watching.limit(config);
    this.watching.open(ledger.reader, readState(statePath));
  }

  /** Another configuration. */
  reload(config: Config, engine: () => Engine = noEngine): void {
    this.afterwards = this.watching.under(config, engine);
    this.watching.limit(config);
  }

  /** A call that has ended, with its row in the ledger. */
  async take(row: CallRow, more: Partial<Ended> = {}): Promise<void> {
    this.place.ledger.rows.push(row);
    this.afterwards?.ended(endedOf(row, more));
    await turn();
  }

  keep(): void {
    writeState(this.place.statePath, { ...this.watching.state(), ends: this.place.ledger.reader.ends() });
  }

  /** Keys of what stands. */
  standing(): string[] {
    return this.watching.alerts.active().flatMap(({ key, isEvent }) => (isEvent ? [] : [key]));
  }
}

function noEngine(): Engine {
  throw new Error('nothing is asked here');
}

export const SILENT: Call['client'] = {
  answer: null,
  isCommitted: false,
  isGone: false,
  onGone: null,
  onDrain: null,
  keepAlive: () => {},
  begin: () => {},
  write: () => true,
  reply: () => {},
  finish: () => {},
  fail: () => {},
};

export function answerOf(text: string): Answer {
  const finish = { reason: 'stop', raw: 'stop' } as const;
  return { text, toolCalls: [], finish, refusal: null, logprobs: null, isComplete: true };
}

/** The call that a row tells of, as the router hands it on. */
export function endedOf(row: CallRow, { text = 'Which?', ...more }: Partial<Ended> & { text?: string } = {}): Ended {
  const body = { model: 'auto/t', messages: [{ role: 'user', content: text }] };
  const { id, atMs, tenant, task, arm } = row;
  return {
    call: {
      id,
      atMs,
      tenant,
      startedAt: 0,
      path: '/v1/chat/completions',
      query: '',
      headers: {},
      inbound: Inbound.read(openaiChat, Buffer.from(JSON.stringify(body)), 64),
      client: { ...SILENT },
    },
    plan: { ...emptyPlan(), task, arm },
    row,
    fingerprint: null,
    answer: () => answerOf('bug'),
    ...more,
  };
}
