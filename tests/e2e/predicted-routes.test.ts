// Predicted routes over HTTP: a gateway in this process whose artifact is played by a few lines, before the simulated provider.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { CallRow } from '../../src/call/row.ts';
import { explainCommand } from '../../src/cli/explain.ts';
import { reportCommand } from '../../src/cli/report.ts';
import { type Running, startTierline } from '../../src/cli/start.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { LoadPredictor, Wanted } from '../../src/config/load-predictors.ts';
import { Inbound } from '../../src/dialect/inbound.ts';
import { openaiChat } from '../../src/dialect/openai-chat.ts';
import type { ScorerQuestion } from '../../src/gate/scorer.ts';
import { type LearnedParts, openUnrecorded } from '../../src/instance.ts';
import { openLedgerReader } from '../../src/ledger/reader.ts';
import { decide } from '../../src/policy/decide.ts';
import type { Forecast, Predictor, PredictorQuestion } from '../../src/policy/predictor.ts';

const PRICES = '{ input: 1, output: 2 }';
const configText = (route: string): string => `
server: { port: 0 }
providers: { simulated-openai: { dialect: openai, speed: 1000 } }
models:
  small: { use: simulated-openai/sim-small, tier: small, price: ${PRICES} }
  mid: { use: simulated-openai/sim-mid, tier: mid, price: ${PRICES} }
  frontier: { use: simulated-openai/sim-frontier, tier: frontier, price: ${PRICES} }
baseline: frontier
ledger: { path: ledger.db }
tasks:
  chat: { route: ${route} }
  plain: { route: small }
`;

/** Hard requests say so; of those that are odd nothing is known. */
function forecast({ view }: PredictorQuestion): Forecast {
  if (view.ask.includes('break')) throw new Error('no such feature');
  const chances: Record<string, number> = view.ask.includes('hard')
    ? { small: 0.3, mid: 0.6, frontier: 0.95 }
    : { small: 0.97, mid: 0.98 };
  const order = view.ask.includes('odd') ? null : view.ask.includes('hard') ? ['frontier'] : ['small'];
  return { chances, order, say: order === null ? 'nothing like it was seen' : 'by 120 requests like it' };
}

interface Gateway {
  running: Running;
  /** What the operator was warned of. */
  warned: string[];
  /** The row of a call, which is answered by then. */
  call: (ask: string, more?: Asking) => Promise<CallRow>;
  plans: string[];
  /** What the clients got. */
  bodies: string[];
}

interface Asking {
  task?: string;
  headers?: Record<string, string>;
  stream?: boolean;
}

interface Options {
  route?: string;
  predictor?: Partial<Predictor>;
  learned?: LearnedParts;
}

async function startGateway(t: TestContext, options: Options = {}): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-predicted-'));
  writeFileSync(join(folder, 'artifact.json'), '{}');
  const load: LoadPredictor = () => ({
    id: '0123456789ab',
    models: ['small', 'mid', 'frontier'],
    reference: 'frontier',
    isCascade: false,
    encoder: null,
    forecast,
    ...options.predictor,
  });
  const text = configText(options.route ?? '{ predict: artifact.json, quality: 95% }');
  const config = parseConfig(text, { file: join(folder, 'tierline.yaml'), env: {} });
  const warned: string[] = [];
  const learned = { loadPredictor: load, ...options.learned };
  const running = await startTierline({ config, warn: (sentence) => void warned.push(sentence), learned });
  t.after(async () => {
    await running.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const { url } = running.gateway;
  const plans: string[] = [];
  const bodies: string[] = [];
  const call: Gateway['call'] = async (ask, { task = 'chat', headers = {}, stream = false } = {}) => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model: `auto/${task}`, stream, messages: [{ role: 'user', content: ask }] }),
    });
    bodies.push(await response.text());
    assert.equal(response.status, 200);
    plans.push(response.headers.get('x-tierline-plan') ?? '');
    const id = response.headers.get('x-tierline-request-id') ?? assert.fail();
    await running.ledger.flush();
    const reader = openLedgerReader(running.ledger.path);
    try {
      return reader.call(id) ?? assert.fail(`no row of ${id}`);
    } finally {
      reader.close();
    }
  };
  return { running, warned, call, plans, bodies };
}

const howOf = ({ model, prediction }: CallRow) => [model, prediction?.how, prediction?.why, prediction?.propensity];

/** What a command prints. */
function printed(run: (print: (text: string) => void) => void): string {
  let text = '';
  run((more) => {
    text += more;
  });
  return text;
}

test('each request goes where its forecast says, and row, header, explain and report tell of it', async (t) => {
  const { running, call, plans } = await startGateway(t);
  const easy = await call('say hello');
  assert.deepEqual(easy.prediction, {
    artifact: '0123456789ab',
    how: 'predicted',
    why: null,
    chances: { small: 0.97, mid: 0.98 },
    first: 'small',
    propensity: 1,
    encoderNanoUsd: 0,
  });
  assert.deepEqual([easy.model, easy.planned], ['small', ['small', 'frontier', 'mid']]);
  assert.match(plans[0] ?? '', /small/);
  assert.deepEqual(howOf(await call('a hard one')), ['frontier', 'predicted', null, 1]);
  assert.deepEqual(howOf(await call('an odd one')), ['frontier', 'static', 'no_evidence', 1]);
  assert.deepEqual(howOf(await call('break it')), ['frontier', 'static', 'broken', 1]);
  const plain = await call('say hello', { task: 'plain' });
  assert.deepEqual([plain.model, plain.prediction], ['small', null]);
  const ledger = running.ledger.path;
  const page = printed((print) => explainCommand({ ledger, id: easy.id }, print));
  assert.match(page, /predict +small at an unknown cost, acceptable in 97 % \(by 120 requests like it\)/);
  assert.match(page, /chances +mid 98\.0%, small 97\.0%\n/);
  assert.match(page, /first +small: predicted, with a probability of 100\.0%\n/);
  assert.match(
    printed((print) => reportCommand({ ledger }, print)),
    /Predicted routes: 4 calls, 2 by forecast, 0 explored, 0 kept by a session, 2 static; 50\.0% without a forecast \(1 without evidence, 1 broken\)\./,
  );
});

test('a share of the requests explores, by the draw', async (t) => {
  const draws = [0.05, 0.15, 0.25];
  const { call } = await startGateway(t, {
    route: '{ predict: artifact.json, explore: 20%, static: mid }',
    learned: { random: () => draws.shift() ?? assert.fail('a call draws once, and only where it may explore') },
  });
  assert.deepEqual(howOf(await call('one')), ['frontier', 'explored', null, 0.1]);
  assert.deepEqual(howOf(await call('two')), ['mid', 'explored', null, 0.1]);
  assert.deepEqual(howOf(await call('three')), ['small', 'predicted', null, 0.8]);
});

test('a predictor that goes on breaking rests, which is told once; every call is answered all the same', async (t) => {
  const { call, warned } = await startGateway(t);
  for (let time = 0; time < 5; time++) assert.deepEqual(howOf(await call('break'))[2], 'broken');
  assert.deepEqual(howOf(await call('say hello')), ['frontier', 'static', 'resting', 1]);
  assert.equal(warned.length, 1);
  assert.match(warned[0] ?? '', /artifact\.json rests for 30 s.*broken \(no such feature\)/);
});

test('a predictor gets the embedding that it asks for, or none when it is not there in time', async (t) => {
  const seen: (number[] | null)[] = [];
  const encoded: string[] = [];
  const { call } = await startGateway(t, {
    route: '{ predict: artifact.json, encoder_timeout: 40ms }',
    predictor: {
      encoder: 'mini',
      forecast: (question) => (seen.push(question.embedding && [...question.embedding]), forecast(question)),
    },
    learned: {
      encoders: new Map([
        [
          'mini',
          {
            sentTo: 'frontier',
            encode: (text: string) => {
              encoded.push(text);
              const made = { vector: new Float32Array([1, 0.5]), costNanoUsd: 700 };
              return text.includes('slow') ? new Promise<never>(() => {}) : Promise.resolve(made);
            },
          },
        ],
      ]),
    },
  });
  const quick = await call('quick');
  const slow = await call('slow');
  assert.equal(quick.prediction?.encoderNanoUsd, 700);
  assert.equal(quick.costNanoUsd, (quick.attempts[0]?.costNanoUsd ?? 0) + 700);
  // It may still come and be billed.
  assert.deepEqual([slow.prediction?.encoderNanoUsd, slow.costNanoUsd], [null, null]);
  assert.deepEqual(seen, [[1, 0.5], null]);
  await call('quick', { task: 'plain' });
  assert.deepEqual(encoded, ['quick', 'slow']);
});

test('a conversation keeps to its model, although the forecast changes', async (t) => {
  const { call } = await startGateway(t);
  const headers = { 'x-session-id': 's1' };
  assert.deepEqual(howOf(await call('a hard one', { headers }))[0], 'frontier');
  const next = await call('thanks', { headers });
  assert.equal(next.prediction?.first, next.model);
  assert.ok(['pinned', 'predicted'].includes(next.prediction?.how ?? ''));
});

/** A ladder of all three, whose gate refuses whatever `refuses` names and likes the answer of `small` better than any other. */
const voting = (refuses: string[]): Options => ({
  predictor: { isCascade: true, forecast: () => ({ chances: {}, order: ['small', 'mid', 'frontier'], say: 'so' }) },
  learned: {
    loadScorer: () => ({
      id: '0123456789ab',
      models: ['small', 'mid', 'frontier'],
      mayPrefer: true,
      score: ({ given, earlier }) => ({
        chance: 0.5,
        accepts: !refuses.includes(given.model),
        prefers: earlier.length === 0 ? null : 'small',
        say: `${earlier.length} before it`,
      }),
    }),
  },
});

for (const stream of [false, true]) {
  const how = stream ? 'streamed' : 'whole';

  test(`a predicted cascade is gated by its artifact, ${how}`, async (t) => {
    const { call, bodies } = await startGateway(t, voting([]));
    const row = await call('say hello', { stream });
    assert.deepEqual([row.model, row.attempts.length, row.escalated], ['small', 1, false]);
    assert.deepEqual(
      row.attempts[0]?.verdicts?.map(({ gate, pass, reason }) => [gate, pass, reason]),
      [['learned', true, '0123456789ab: 0 before it']],
    );
    assert.match(bodies[0] ?? '', /sim-small/);
  });

  for (const refuses of [['small'], ['small', 'mid'], ['small', 'mid', 'frontier']]) {
    test(`answers vote, ${how}: after ${refuses.length} refused, the first one may be given, and all are paid`, async (t) => {
      const { call, bodies, running } = await startGateway(t, voting(refuses));
      const row = await call('say hello', { stream });
      const isAccepted = refuses.length < 3;
      // The last answer is given although it was refused: then nobody has said which is better.
      assert.deepEqual([row.model, row.escalated], [isAccepted ? 'small' : 'frontier', !isAccepted]);
      assert.equal(row.attempts.length, Math.min(3, refuses.length + 1));
      assert.deepEqual([...new Set(bodies[0]?.match(/sim-\w+/g))], [isAccepted ? 'sim-small' : 'sim-frontier']);
      const paid = row.attempts.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? Number.NaN), 0);
      assert.equal(row.costNanoUsd, paid);
      assert.equal(row.usage?.outputTokens, row.attempts.find(({ model }) => model === row.model)?.usage?.outputTokens);
      const page = printed((print) => explainCommand({ ledger: running.ledger.path, id: row.id }, print));
      assert.match(page, isAccepted ? /liked this one better/ : /although the gate learned refused it/);
    });
  }
}

test('without a task there is no gate, so that an artifact of a cascade chooses one model', async (t) => {
  const asked: Wanted[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'tierline-predicted-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  writeFileSync(join(folder, 'artifact.json'), '{}');
  const text = `${configText('small')}default: { predict: artifact.json }`;
  const config = parseConfig(text, { file: join(folder, 'tierline.yaml'), env: {} });
  const loadPredictor: LoadPredictor = (_, wanted) => {
    asked.push(wanted);
    return {
      id: '0123456789ab',
      models: ['small', 'mid', 'frontier'],
      reference: 'frontier',
      isCascade: true,
      encoder: null,
      forecast: () => ({ chances: {}, order: ['small', 'frontier'], say: 'so' }),
    };
  };
  const loadScorer = (): never => assert.fail('there is no gate to load');
  const instance = await openUnrecorded(config, { learned: { loadPredictor, loadScorer } });
  t.after(() => instance.close());
  assert.deepEqual(
    asked.map(({ isGated }) => isGated),
    [false],
  );
  const body = { model: 'auto', messages: [{ role: 'user', content: 'hello' }] };
  const view = Inbound.read(openaiChat, Buffer.from(JSON.stringify(body)), 64);
  const plan = decide(instance.engine.policy, view, { tenant: 'default', path: '/v1/chat/completions', headers: {} });
  assert.deepEqual(
    plan.attempts.map(({ model, after, isGated }) => [model, after, isGated]),
    [
      ['small', 'any', false],
      ['frontier', 'failure', false],
      ['mid', 'failure', false],
    ],
  );
});

test('the gate of a predicted cascade sees the request as its predictor did, with the embedding of what the user asks', async (t) => {
  const seen: unknown[] = [];
  const encoded: string[] = [];
  const { predictor, learned } = voting([]);
  const loadScorer = () => ({
    id: '0123456789ab',
    models: ['small', 'mid', 'frontier'],
    mayPrefer: true,
    score: ({ request: { view, ...rest } }: ScorerQuestion) => {
      seen.push([view.ask, rest]);
      return { chance: 1, accepts: true, prefers: null, say: 'so' };
    },
  });
  const vector = Float32Array.of(1, 0.5);
  const mini = {
    sentTo: null,
    encode: (text: string) => (encoded.push(text), Promise.resolve({ vector, costNanoUsd: 0 })),
  };
  const { call } = await startGateway(t, {
    predictor: { ...predictor, encoder: 'mini' },
    learned: { ...learned, loadScorer, encoders: new Map([['mini', mini]]) },
  });
  await call('say hello');
  assert.deepEqual(seen, [['say hello', { task: 'chat', tenant: 'default', embedding: { encoder: 'mini', vector } }]]);
  // An encoder is warmed when it is opened.
  assert.deepEqual(encoded, ['Good morning.', 'say hello']);
});
