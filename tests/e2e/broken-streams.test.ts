// What clients and ledger see when a stream breaks off, goes wrong or stands still after it has begun. A finish is never
// invented: the client gets an error event in its own dialect and the row says partial.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import {
  expectLeft,
  PAIRS,
  PROVIDER_KEY,
  rowOfSession,
  type ScriptedGateway,
  startScriptedGateway,
} from './scripted-gateway.ts';
import {
  beginStream,
  ending,
  opening,
  reply,
  reset,
  type Script,
  streamError,
  token,
  type Visit,
  type WireName,
} from './scripted-upstream.ts';
import { fileScope } from './support.ts';
import { type Answer, errorIn, eventsOf, hasFinish, send } from './wire-client.ts';

const scope = fileScope();
let scripted: ScriptedGateway;

before(async () => {
  scripted = await startScriptedGateway(scope);
});

/** Sends the opening and one token. */
function begin(visit: Visit): void {
  beginStream(visit);
  visit.response.write(opening(visit.wire) + token(visit.wire, 'Hello'));
}

/** Goes on writing tokens until the connection is gone. */
async function drip(visit: Visit): Promise<void> {
  while (visit.leftAt === null) {
    visit.response.write(token(visit.wire, ' more'));
    await sleep(50);
  }
}

/** The stream began, ends in order with an error of the caller's dialect, and never with a finish. */
function expectBroken(broken: Answer, wire: WireName): string {
  assert.equal(broken.status, 200, broken.text);
  assert.ok(broken.isComplete, 'the connection ends in order');
  assert.match(broken.text, /Hello/);
  assert.equal(hasFinish(wire, broken.text), false, broken.text);
  const last = eventsOf(broken.text).at(-1);
  assert.ok(last);
  if (wire === 'anthropic') assert.equal(last.event, 'error');
  return errorIn(wire, last.data).message;
}

interface Breakage {
  name: string;
  script: Script;
  code: RegExp;
}

const BREAKAGES: readonly Breakage[] = [
  {
    name: 'is reset',
    code: /^upstream_truncated$/,
    script: async (visit) => {
      begin(visit);
      await sleep(30);
      reset(visit);
    },
  },
  {
    name: 'ends without its finish',
    code: /^upstream_truncated$/,
    script: async (visit) => {
      begin(visit);
      await sleep(30);
      visit.response.end();
    },
  },
  {
    name: 'ends in the middle of an event',
    code: /^upstream_(truncated|error)$/,
    script: async (visit) => {
      begin(visit);
      await sleep(30);
      visit.response.end(token(visit.wire, ' cut').slice(0, 40));
    },
  },
  {
    name: 'has an end mark but no finish',
    code: /^upstream_truncated$/,
    script: async (visit) => {
      begin(visit);
      await sleep(30);
      visit.response.end(
        visit.wire === 'openai' ? 'data: [DONE]\n\n' : 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
      );
    },
  },
  {
    name: 'reports an error',
    code: /^upstream_error$/,
    script: async (visit) => {
      begin(visit);
      await sleep(30);
      visit.response.end(streamError(visit.wire, `overloaded, key ${PROVIDER_KEY}`));
    },
  },
  { name: 'stands still', code: /^upstream_timeout$/, script: begin },
];

for (const { wire, model, name } of PAIRS) {
  for (const breakage of BREAKAGES) {
    test(`${name}: a stream that ${breakage.name} ends with an error event`, async () => {
      const { play, rowOf, upstream } = scripted;
      const text = `${breakage.name} ${name}`;
      const broken = await play(text, breakage.script, { wire, model, stream: true });
      const message = expectBroken(broken, wire);
      if (breakage.name === 'reports an error') assert.match(message, /overloaded/);
      assert.doesNotMatch(broken.text, new RegExp(PROVIDER_KEY));
      assert.equal(upstream.visitsOf(text).length, 1, 'once an event has gone out, nothing is tried again');
      const row = await rowOf(broken);
      assert.equal(row.status, 'partial');
      assert.match(String(row.errorCode), breakage.code);
      assert.notEqual(row.costBasis, 'measured');
      assert.equal(row.finishReason, null);
    });
  }

  test(`${name}: a stream that fails before its first token is an ordinary error or tried again`, async () => {
    const { play } = scripted;
    const script: Script = (visit) => {
      beginStream(visit);
      if (visit.number === 1) visit.response.end(streamError(visit.wire, 'overloaded'));
      else visit.response.end(opening(visit.wire) + token(visit.wire, 'Hello') + ending(visit.wire));
    };
    const good = await play(`error first ${name}`, script, { wire, model, stream: true });
    assert.equal(good.status, 200, good.text);
    assert.equal(hasFinish(wire, good.text), true, good.text);
    assert.doesNotMatch(good.text, /overloaded/);
  });

  test(`${name}: the provider is left when the client leaves in the middle of a stream`, async () => {
    const { gateway, upstream } = scripted;
    const text = `leave ${name}`;
    upstream.on(text, async (visit) => {
      begin(visit);
      await drip(visit);
    });
    const running = send(gateway.url, { wire, model, text, stream: true, headers: { 'x-session-id': text } });
    await running.begun;
    const visit = upstream.visitsOf(text)[0];
    assert.ok(visit);
    await expectLeft(visit, running.leave);
    const row = await rowOfSession(gateway, text);
    assert.deepEqual([row.status, row.errorCode, row.httpStatus], ['client_gone', 'client_gone', 200]);
    assert.notEqual(row.costBasis, 'measured');
  });

  test(`${name}: gzip from the provider is unpacked, whole and streamed`, async () => {
    const { play, rowOf } = scripted;
    const script: Script = ({ wire, body, response }) => {
      const isStream = body.stream === true;
      const text = isStream ? opening(wire) + token(wire, 'Hello') + ending(wire) : JSON.stringify(reply(wire));
      const type = isStream ? 'text/event-stream' : 'application/json';
      response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' }).end(gzipSync(text));
    };
    // A whole stream in one piece: the head must be written all the same.
    for (const stream of [false, true]) {
      const good = await play(`gzip ${name}`, script, { wire, model, stream });
      assert.equal(good.status, 200, good.text);
      assert.equal(good.headers['content-encoding'], undefined);
      assert.match(good.headers['content-type'] ?? '', stream ? /^text\/event-stream/ : /^application\/json/);
      assert.match(good.text, /Hello/);
      assert.equal(hasFinish(wire, good.text), true);
      assert.equal((await rowOf(good)).usage?.outputTokens, 2);
    }
    const broken: Script = (visit) => {
      visit.response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
      const packed = gzipSync(opening(visit.wire) + token(visit.wire, 'Hello') + ending(visit.wire));
      visit.response.end(packed.subarray(0, packed.length / 2));
    };
    const failed = await play(`broken gzip ${name}`, broken, { wire, model, stream: true });
    assert.ok(failed.status === 502 || !hasFinish(wire, failed.text), failed.text);
    assert.notEqual((await rowOf(failed)).status, 'ok');
  });
}

test('a client that reads slowly gets the whole stream', async () => {
  const { gateway, upstream } = scripted;
  const filler = 'x'.repeat(2000);
  upstream.on('slow reader', async (visit) => {
    begin(visit);
    for (let i = 0; i < 2000; i++) {
      if (!visit.response.write(token(visit.wire, `${i};${filler}`))) {
        await new Promise<void>((resolve) => visit.response.once('drain', resolve));
      }
    }
    visit.response.end(ending(visit.wire));
  });
  const running = send(gateway.url, {
    wire: 'openai',
    model: 'openai',
    text: 'slow reader',
    stream: true,
    isSlow: true,
  });
  const whole = await running.answer;
  assert.ok(whole.isComplete);
  const numbers = [...whole.text.matchAll(/"content":"(\d+);/g)].map(([, number]) => Number(number));
  assert.deepEqual(
    numbers,
    Array.from({ length: 2000 }, (_, i) => i),
  );
  assert.equal(hasFinish('openai', whole.text), true);
});
