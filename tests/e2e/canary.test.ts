// Canaries through the built gateway: whole and streamed, in both dialects, accepted cheap answers are answered again after the reply, compared,
// noted with what they cost, and never more than the day's budget allows.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Note } from '../../src/call/note.ts';
import { openLedgerReader } from '../../src/ledger/reader.ts';
import { askSdk } from './cascade-gateway.ts';
import { type ScriptedGateway, startScriptedGateway } from './scripted-gateway.ts';
import {
  beginStream,
  ending,
  opening,
  reply,
  type Script,
  token,
  type Visit,
  type WireName,
} from './scripted-upstream.ts';
import { eventually, fileScope, type Scope } from './support.ts';

const scope = fileScope();
let scripted: ScriptedGateway;

const CHEAP = { price: { input: 1, output: 2 } };
const STRONG = { price: { input: 10, output: 20 } };
/** Ten tokens in and two out, as the scripted upstream counts. */
const STRONG_NANO = 140_000;

function start(on: Scope, canary: object): Promise<ScriptedGateway> {
  return startScriptedGateway(on, {
    models: {
      'cheap-openai': { use: 'up-openai/cheap', tier: 'small', ...CHEAP },
      'cheap-anthropic': { use: 'up-anthropic/cheap', tier: 'small', ...CHEAP },
      judge: { use: 'up-openai/judge', ...CHEAP },
      strong: { use: 'up-anthropic/strong', tier: 'frontier', ...STRONG },
    },
    default: 'cheap-openai',
    baseline: 'strong',
    tasks: {
      labels: { accept: [{ pattern: '^[a-z !]+$' }], route: { cascade: ['cheap-openai', 'strong'] } },
      crossed: { route: 'cheap-anthropic' },
      judged: {
        route: 'cheap-openai',
        canary: { grade: 'judge', judge: { model: 'judge', rubric: 'Friendlier is better.' } },
      },
      kept: { route: 'cheap-openai', canary: { grade: 'person' } },
      unwatched: { route: 'cheap-openai', canary: 'off' },
    },
    canary,
  });
}

before(async () => {
  scripted = await start(scope, { share: '100%', budget_usd: 100 });
});

function say(visit: Visit, text: string): void {
  if (visit.body.stream === true) {
    beginStream(visit);
    visit.response.end(opening(visit.wire) + token(visit.wire, text) + ending(visit.wire));
    return;
  }
  const body = JSON.stringify(reply(visit.wire)).replace('"Hello there"', JSON.stringify(text));
  visit.response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

/** By the upstream's name of the model. */
function saying(words: Record<string, string>): Script {
  return (visit) => say(visit, words[String(visit.body.model)] ?? 'nothing');
}

function notesOf({ gateway }: ScriptedGateway, id?: string): Note[] {
  const reader = openLedgerReader(gateway.ledgerPath);
  try {
    return [...reader.notes({ kind: 'canary', about: id })].map(({ note }) => note);
  } finally {
    reader.close();
  }
}

async function ask(
  { wire, task, stream, on = scripted }: { wire: WireName; task: string; stream: boolean; on?: ScriptedGateway },
  text: string,
  script: Script,
): Promise<{ id: string; text: string | null }> {
  on.upstream.on(text, script);
  const seen = await askSdk(on.gateway.url, { wire, task, stream, text });
  return { id: String(seen.headers.get('x-tierline-request-id')), text: seen.text };
}

const noteOf = (id: string): Promise<Note> => eventually(() => notesOf(scripted, id)[0]);

for (const wire of ['openai', 'anthropic'] as const) {
  for (const task of ['labels', 'crossed']) {
    for (const stream of [false, true]) {
      const name = `${wire} client, ${task}, ${stream ? 'streamed' : 'whole'}`;

      test(`${name}: the reference says the same, and the gap is nothing`, async () => {
        const { id, text } = await ask({ wire, task, stream }, `same ${name}`, saying({ cheap: 'bug', strong: 'bug' }));
        assert.equal(text, 'bug');
        const note = await noteOf(id);
        assert.deepEqual([note.body['gap'], note.body['how'], note.body['reference']], [0, 'accept', 'strong']);
        assert.deepEqual(note.costs, [
          { model: 'strong', tier: 'frontier', provider: 'up-anthropic', nanoUsd: STRONG_NANO },
        ]);
      });

      test(`${name}: the reference says something else, and the cheap answer is wrong`, async () => {
        const script = saying({ cheap: 'bug', strong: 'sales' });
        const { id } = await ask({ wire, task, stream }, `other ${name}`, script);
        const { body, task: noted } = await noteOf(id);
        assert.deepEqual([body['cheapScore'], body['referenceScore'], body['gap'], noted], [0, 1, -1, task]);
      });
    }
  }
}

test('the call is answered, and has its row, while the reference has not been heard', async () => {
  let release = (): void => {};
  const answered = new Promise<void>((resolve) => (release = resolve));
  const { id } = await ask({ wire: 'openai', task: 'labels', stream: false }, 'who is first', async (visit) => {
    if (visit.body.model === 'strong') await answered;
    say(visit, 'bug');
  });
  const row = await scripted.gateway.row(id);
  assert.equal(row.attempts.length, 1, 'what the canary costs is none of the call');
  assert.deepEqual(notesOf(scripted, id), []);
  release();
  await noteOf(id);
});

test('where the reference itself fails the gates, the cheap answer is the better one', async () => {
  const { id } = await ask(
    { wire: 'openai', task: 'labels', stream: false },
    'gates',
    saying({ cheap: 'bug', strong: 'BUG 1' }),
  );
  assert.equal((await noteOf(id)).body['gap'], 1);
});

test('an answer of the reference, and one of a task that wants no canary, are not answered again', async () => {
  const refused = saying({ cheap: 'BUG 1', strong: 'bug' });
  const escalated = await ask({ wire: 'openai', task: 'labels', stream: false }, 'escalated', refused);
  const off = await ask({ wire: 'openai', task: 'unwatched', stream: false }, 'off', saying({ cheap: 'bug' }));
  const last = await ask(
    { wire: 'openai', task: 'labels', stream: false },
    'last',
    saying({ cheap: 'a', strong: 'a' }),
  );
  await noteOf(last.id);
  assert.deepEqual([...notesOf(scripted, escalated.id), ...notesOf(scripted, off.id)], []);
});

test('a judge is asked in both orders, and paid by the canary', async () => {
  const orders: string[] = [];
  scripted.upstream.on('judge', (visit) => {
    const isFirst = visit.text.indexOf('Hi\\"') < visit.text.indexOf('Good morning to you');
    orders.push(isFirst ? 'cheap first' : 'reference first');
    say(visit, JSON.stringify({ better: isFirst ? 'B' : 'A', reason: 'It greets.' }));
  });
  const words = saying({ cheap: 'Hi', strong: 'Good morning to you' });
  const { id } = await ask({ wire: 'openai', task: 'judged', stream: true }, 'be friendly', words);
  const { body, costs } = await noteOf(id);
  assert.deepEqual(orders.toSorted(), ['cheap first', 'reference first']);
  assert.deepEqual([body['gap'], body['how']], [-1, 'judge']);
  assert.deepEqual(
    costs.map(({ model }) => model),
    ['strong', 'judge', 'judge'],
  );
});

test('what waits for a person is kept masked, with both answers', async () => {
  const script = saying({ cheap: 'Write to joe@example.com', strong: 'Write to jane@example.com' });
  const { id } = await ask({ wire: 'anthropic', task: 'kept', stream: false }, 'whom to write to', script);
  const { body } = await noteOf(id);
  assert.equal(body['gap'], null);
  assert.deepEqual(body['answers'], { cheap: 'Write to <email-1>', reference: 'Write to <email-2>' });
  assert.deepEqual(body['turns'], [{ role: 'user', text: 'whom to write to' }]);
});

test('a reference that is down is noted as nothing, and the next canary is drawn as ever', async () => {
  const down: Script = (visit) => {
    if (visit.body.model === 'strong') visit.response.writeHead(500).end('{"error":{"message":"down"}}');
    else say(visit, 'bug');
  };
  const { id } = await ask({ wire: 'openai', task: 'labels', stream: false }, 'down', down);
  const next = await ask(
    { wire: 'openai', task: 'labels', stream: false },
    'up again',
    saying({ cheap: 'a', strong: 'a' }),
  );
  await noteOf(next.id);
  assert.deepEqual(notesOf(scripted, id), []);
  assert.match(scripted.gateway.stderr, /canaries: labels: the reference gave no answer/);
});

test('the report counts what canaries cost, and the savings are without it', async () => {
  const reader = openLedgerReader(scripted.gateway.ledgerPath);
  const { total } = reader.report({ by: 'task' });
  const notes = [...reader.notes({ kind: 'canary' })].map(({ note }) => note);
  reader.close();
  const spent = notes.flatMap(({ costs }) => costs).reduce((sum, { nanoUsd }) => sum + (nanoUsd ?? 0), 0);
  assert.equal(total.canaries, notes.length);
  assert.equal(total.canaryNanoUsd, spent);
  const calls = scripted.gateway.rows().reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0);
  assert.equal(total.costNanoUsd, calls + spent);
});

test('no canary begins that might not fit into the budget of the day', async (t) => {
  // The first is taken to cost twice the price of its tokens, 0.00028; after it, 0.00014 are left for one that costs as much.
  const own = await start(t, { share: '100%', budget_usd: 0.0003 });
  const once = async (text: string): Promise<string> =>
    (await ask({ wire: 'openai', task: 'labels', stream: false, on: own }, text, saying({ cheap: 'a', strong: 'a' })))
      .id;
  const [first, second] = [await once('one'), await eventually(() => notesOf(own)[0]).then(() => once('two'))];
  await eventually(() => notesOf(own, second)[0]);
  await once('three');
  await eventually(() => /canaries: no more today: \$0\.00028 of \$0\.0003 are spent/.test(own.gateway.stderr) || null);
  assert.deepEqual(
    notesOf(own).map(({ about }) => about),
    [first, second],
  );
});
