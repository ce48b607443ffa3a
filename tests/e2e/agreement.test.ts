// The gate `agreement` through the built gateway: whole and streamed, in both dialects, a second model is given the very
// request, and the row has what both answers cost.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { askSdk, type Seen } from './cascade-gateway.ts';
import { expectLeft, rowOfSession, type ScriptedGateway, startScriptedGateway } from './scripted-gateway.ts';
import {
  beginStream,
  ending,
  opening,
  reply,
  type Script,
  sendJson,
  token,
  type Visit,
  type WireName,
} from './scripted-upstream.ts';
import { eventually, fileScope } from './support.ts';
import { send } from './wire-client.ts';

const scope = fileScope();
let scripted: ScriptedGateway;

const CHEAP = { price: { input: 1, output: 2 } };
/** Ten tokens in and two out, as the scripted upstream counts. */
const CHEAP_NANO = 14_000;
const STRONG_NANO = 140_000;

before(async () => {
  const accept = (second: string): object[] => [{ pattern: '^[^!]*$' }, { agreement: { with: second } }];
  scripted = await startScriptedGateway(scope, {
    models: {
      cheap: { use: 'up-openai/cheap', ...CHEAP },
      second: { use: 'up-openai/second', ...CHEAP },
      foreign: { use: 'up-anthropic/second', ...CHEAP },
      vectors: { use: 'up-openai/vectors', kind: 'embedding', price: { input: 1 } },
      strong: { use: 'up-anthropic/strong', price: { input: 10, output: 20 } },
    },
    default: 'cheap',
    baseline: 'strong',
    tasks: {
      same: { accept: accept('second'), route: { cascade: ['cheap', 'strong'] } },
      cross: { accept: accept('foreign'), route: { cascade: ['cheap', 'strong'] } },
      near: {
        accept: [{ agreement: { with: 'second', compare: 'embedding', by: 'vectors', min: 0.9 } }],
        route: { cascade: ['cheap', 'strong'] },
      },
      twice: { accept: accept('second'), route: { cascade: ['cheap', 'foreign', 'strong'] } },
    },
    timeouts: { first_byte: '1s', idle: '800ms', total: '4s', keep_alive: '100ms' },
    retries: { max_attempts: 1 },
  });
});

/** An answer with these words, whole or as a stream, as it was asked for. */
function say(visit: Visit, text: string): void {
  if (visit.body.stream === true) {
    beginStream(visit);
    visit.response.end(opening(visit.wire) + token(visit.wire, text) + ending(visit.wire));
    return;
  }
  const body = JSON.stringify(reply(visit.wire)).replace('Hello there', text);
  visit.response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

/** By the upstream's name of the model. */
function saying(words: Record<string, string>): Script {
  return (visit) => say(visit, words[String(visit.body.model)] ?? 'nothing');
}

async function ask(question: { wire: WireName; task: string; stream: boolean }, text: string, script: Script) {
  scripted.upstream.on(text, script);
  const seen: Seen = await askSdk(scripted.gateway.url, { ...question, text });
  const row = await scripted.gateway.row(String(seen.headers.get('x-tierline-request-id')));
  return { seen, row, visits: scripted.upstream.visitsOf(text) };
}

for (const wire of ['openai', 'anthropic'] as const) {
  for (const task of ['same', 'cross']) {
    for (const stream of [false, true]) {
      const name = `${wire} client, ${task} dialect, ${stream ? 'streamed' : 'whole'}`;

      test(`${name}: two that say the same are believed, and both are paid`, async () => {
        const script = saying({ cheap: 'It makes 18 dollars.', second: 'The answer is $18.00.' });
        const { seen, row, visits } = await ask({ wire, task, stream }, `agree ${name}`, script);
        assert.equal(seen.error, null);
        assert.equal(seen.text, 'It makes 18 dollars.');
        assert.deepEqual(
          visits.map(({ body }) => body.model),
          ['cheap', 'second'],
        );
        const verdict = row.attempts[0]?.verdicts?.find(({ gate }) => gate === 'agreement');
        assert.deepEqual([verdict?.pass, verdict?.score, verdict?.costNanoUsd], [true, 1, CHEAP_NANO]);
        assert.equal(row.costNanoUsd, 2 * CHEAP_NANO);
        assert.equal(row.attempts.length, 1);
      });

      test(`${name}: two that differ lead to the next model, and all three are paid`, async () => {
        const script = saying({ cheap: 'It is 18.', second: 'It is 19.', strong: 'It is 20.' });
        const { seen, row } = await ask({ wire, task, stream }, `differ ${name}`, script);
        assert.equal(seen.text, 'It is 20.');
        assert.match(row.attempts[0]?.verdicts?.at(-1)?.reason ?? '', /says something else$/);
        assert.equal(row.costNanoUsd, 2 * CHEAP_NANO + STRONG_NANO);
      });
    }
  }
}

test('the second model gets the very request, but for its name and the stream', async () => {
  const question = { wire: 'openai' as const, task: 'same', stream: true };
  const { visits } = await ask(question, 'the very request', saying({ cheap: '5', second: '5' }));
  const [first, second] = visits.map(({ body }) => body);
  assert.deepEqual(second, { ...first, model: 'second', stream: false, stream_options: null });
});

test('nothing is spent on a second answer when a free gate has refused the first', async () => {
  const question = { wire: 'openai' as const, task: 'same', stream: false };
  const { row, visits } = await ask(question, 'refused before', saying({ cheap: 'No!', strong: 'Yes' }));
  assert.deepEqual(
    visits.map(({ body }) => body.model),
    ['cheap', 'strong'],
  );
  assert.equal(row.costNanoUsd, CHEAP_NANO + STRONG_NANO);
});

test('a second model that fails vouches for nobody and costs nothing', async () => {
  const question = { wire: 'anthropic' as const, task: 'same', stream: true };
  const { seen, row } = await ask(question, 'the second fails', (visit) => {
    if (visit.body.model === 'second') visit.response.writeHead(500).end('{"error":{"message":"down"}}');
    else say(visit, String(visit.body.model));
  });
  assert.equal(seen.text, 'strong');
  const verdict = row.attempts[0]?.verdicts?.at(-1);
  assert.deepEqual([verdict?.pass, verdict?.isBroken, verdict?.costNanoUsd], [false, true, 0]);
  assert.match(verdict?.reason ?? '', /^second could not be asked: /);
  assert.equal(row.costNanoUsd, CHEAP_NANO + STRONG_NANO);
});

test('a second answer is paid once a call, however many attempts are compared with it', async () => {
  const question = { wire: 'openai' as const, task: 'twice', stream: false };
  const { seen, row, visits } = await ask(question, 'compared twice', (visit) => {
    const { model } = visit.body;
    say(visit, model === 'cheap' ? 'It is 18.' : 'It is 19.');
  });
  assert.equal(seen.text, 'It is 19.');
  assert.deepEqual(
    visits.map(({ wire, body }) => `${wire}/${String(body.model)}`),
    ['openai/cheap', 'openai/second', 'anthropic/second'],
  );
  assert.deepEqual(
    row.attempts.map(({ model, verdicts }) => [model, verdicts?.at(-1)?.pass, verdicts?.at(-1)?.costNanoUsd]),
    [
      ['cheap', false, CHEAP_NANO],
      ['foreign', true, 0],
    ],
  );
  assert.equal(row.costNanoUsd, 3 * CHEAP_NANO);
});

test('answers in other words are compared by their vectors, which are paid too', async () => {
  for (const [towards, words] of [
    [[1, 0.1], 'Blue is the sky.'],
    [[0, 1], 'strong'],
  ] as const) {
    scripted.upstream.on('vectors', (visit) => {
      assert.deepEqual(visit.body.input, ['Blue is the sky.', 'The sky is blue.']);
      const data = [[1, 0], towards].map((embedding, index) => ({ object: 'embedding', index, embedding }));
      const usage = { prompt_tokens: 8, total_tokens: 8 };
      sendJson(visit, 200, { object: 'list', data: data.toReversed(), model: 'vectors', usage });
    });
    const question = { wire: 'openai' as const, task: 'near', stream: false };
    const script = saying({ cheap: 'Blue is the sky.', second: 'The sky is blue.', strong: 'strong' });
    const { seen, row } = await ask(question, `near ${words}`, script);
    assert.equal(seen.text, words);
    const verdict = row.attempts[0]?.verdicts?.find(({ gate }) => gate === 'agreement');
    assert.equal(verdict?.costNanoUsd, CHEAP_NANO + 8_000);
    assert.equal(row.costNanoUsd, 2 * CHEAP_NANO + 8_000 + (words === 'strong' ? STRONG_NANO : 0));
  }
});

test('a client that leaves while the second is asked has one row, and the second is left', async () => {
  for (const stream of [false, true]) {
    const text = `leaves, ${stream ? 'streamed' : 'whole'}`;
    scripted.upstream.on(text, (visit) => {
      if (visit.body.model === 'cheap') say(visit, 'It is 18.');
    });
    const session = `session ${text}`;
    const sent = { wire: 'openai' as const, model: 'auto/same', text, stream, headers: { 'x-session-id': session } };
    const running = send(scripted.gateway.url, sent);
    const visit = await eventually(() => scripted.upstream.visitsOf(text)[1]);
    await expectLeft(visit, running.leave);
    const row = await rowOfSession(scripted.gateway, session);
    assert.deepEqual([row.status, row.attempts.length], ['client_gone', 1]);
    const verdict = row.attempts[0]?.verdicts?.at(-1);
    assert.equal(verdict?.isBroken, true);
    assert.ok(Number(verdict?.costNanoUsd) > 0, 'what it had read by then is paid');
    assert.equal(row.costNanoUsd, CHEAP_NANO + Number(verdict?.costNanoUsd));
    assert.equal(row.costBasis, 'estimated');
  }
});
