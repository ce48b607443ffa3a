// What the tests of cascades share: a gate, plans, and a way to play them against scripted upstreams.
import { type PlannedAttempt, plainAttempt } from '../call/plan.ts';
import { failed, type Gate, passed } from '../gate/gate.ts';
import { type Delivery, type DeliveryOutcome, deliver, type Judging } from './deliver.ts';
import { carriageFor, events, type FakeClient, type Site, setUp } from './sample.test.ts';

/** Refuses an answer with the word `bad` in it; a stream as soon as the word is there. */
export const noBad: Gate = {
  name: 'no_bad',
  isCostly: false,
  check: ({ text, finish }) =>
    text.includes('bad') || finish.reason === 'length' ? failed('no_bad', 'it is bad') : passed('no_bad', 'fine', 1),
  early: ({ text }) => (text.includes('bad') ? failed('no_bad', 'it is bad already') : null),
};

export const judging = (fields: Partial<Judging> = {}): Judging => ({
  gates: [noBad],
  question: () => ({ ask: '', turns: [], tools: [], schema: null, failedCalls: [] }),
  ask: null,
  again: null,
  embed: null,
  request: null,
  release: { mode: 'hold', tokens: 0 },
  otherwise: 'answer',
  ...fields,
});
export const rung = (model: string, fields: Partial<PlannedAttempt> = {}): PlannedAttempt => ({
  ...plainAttempt(model, 'small'),
  isGated: true,
  ...fields,
});

export interface Setting {
  sites: Record<string, Site[]>;
  plan?: PlannedAttempt[];
  judging?: Judging | null;
  isStream?: boolean;
  keepAliveMs?: number;
  maxAttempts?: number;
  sleep?: Delivery['sleep'];
}

interface Played {
  outcome: DeliveryOutcome;
  client: FakeClient;
  /** Models whose answers began to flow. */
  flows: string[];
}

export function begin(setting: Setting): { client: FakeClient; flows: string[]; ended: Promise<DeliveryOutcome> } {
  const { sites, isStream = false, keepAliveMs = 1000, maxAttempts = 1 } = setting;
  const { delivery, client } = setUp(sites, { keepAliveMs, maxAttempts });
  if (setting.sleep !== undefined) delivery.sleep = setting.sleep;
  const flows: string[] = [];
  const plan = setting.plan ?? Object.keys(sites).map((model) => rung(model));
  const ended = deliver(delivery, plan, {
    client,
    isStream,
    judging: setting.judging === undefined ? judging() : setting.judging,
    carry: (_attempt, deployment) => carriageFor(deployment, isStream),
    onFlow: ({ model }) => flows.push(model),
  });
  return { client, flows, ended };
}

export async function play(setting: Setting): Promise<Played> {
  const { client, flows, ended } = begin(setting);
  return { client, flows, outcome: await ended };
}

/** How each exchange ended: `model:ok`, `model:partial/late`. */
export const told = ({ exchanges }: DeliveryOutcome): string[] =>
  exchanges.map(
    ({ attempt, result, stopped }) => `${attempt.model}:${result.status}${stopped === null ? '' : `/${stopped}`}`,
  );
export const bodyOf = ({ answer }: DeliveryOutcome): string => String(answer?.result.body ?? answer?.result.closing);
export const stream = (...words: string[]): { stream: string[] } => ({ stream: events(...words) });
