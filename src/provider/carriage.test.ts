import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { TierlineError } from '../call/errors.ts';
import { anthropicMessages } from '../dialect/anthropic-messages.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { gemini } from '../dialect/gemini.ts';
import { Inbound } from '../dialect/inbound.ts';
import type { NeutralEvent } from '../dialect/neutral.ts';
import { NeutralInbound } from '../dialect/neutral-inbound.ts';
import { fromWire, neutralWire } from '../dialect/neutral-wire.ts';
import { openaiChat } from '../dialect/openai-chat.ts';
import { openaiResponses } from '../dialect/openai-responses.ts';
import { type Carriage, type CarriageContext, createCarriage } from './carriage.ts';
import type { Connection, Endpoint, ProviderHabits } from './connection.ts';
import type { Exchange, UpstreamSink } from './http-upstream.ts';

const SINK: UpstreamSink = { onHead: () => {}, onData: () => {}, onEnd: () => {}, onError: () => {} };
const EXCHANGE: Exchange = { abort: () => {}, pause: () => {}, resume: () => {} };
const HELLO = { model: 'auto', messages: [{ role: 'user', content: 'Hello' }] };

interface Sent {
  endpoint: Endpoint;
  body: Buffer | string;
}

function connect(dialect: Dialect, habits: ProviderHabits = {}): { connection: Connection; sent: Sent[] } {
  const sent: Sent[] = [];
  const connection: Connection = {
    name: 'prov',
    vendor: 'openai',
    habits,
    dialect,
    speaks: dialect === neutralWire ? [] : [dialect],
    isPrivate: false,
    secrets: ['sk-secret', 'other'],
    send: (endpoint, body) => {
      sent.push({ endpoint, body });
      return EXCHANGE;
    },
    countTokens: null,
    pass: null,
    close: () => Promise.resolve(),
  };
  return { connection, sent };
}

interface Crossing {
  from?: Dialect;
  to?: Dialect;
  context?: Partial<CarriageContext>;
  habits?: ProviderHabits;
}

function carry(body: string | object, crossing: Crossing = {}): { carriage: Carriage; sent: () => Sent } {
  const { from = openaiChat, to = from, context = {}, habits = {} } = crossing;
  const asked =
    typeof body === 'string' ? body : JSON.stringify(from === openaiChat ? body : { max_tokens: 9, ...body });
  const inbound = Inbound.read(from, Buffer.from(asked), 64);
  const { connection, sent } = connect(to, habits);
  const carriage = createCarriage(inbound, connection, {
    upstreamModel: 'up-1',
    headers: { 'x-a': 'b' },
    query: 'q=1',
    isStrict: false,
    defaultMaxTokens: 512,
    costOf: () => 500_000_000,
    cache: null,
    hasCostInUsage: true,
    ...context,
  });
  const first = (): Sent => {
    assert.equal(carriage.send({ firstByteMs: 1, idleMs: 2 }, SINK), EXCHANGE);
    return sent[0] ?? assert.fail();
  };
  return { carriage, sent: first };
}
const bodyOf = (body: string | object, crossing?: Crossing): string => String(carry(body, crossing).sent().body);

describe('thinking of another provider in a request that keeps its bytes', () => {
  const sealed = '{"type":"reasoning","summary":[],"encrypted_content":"~tierline:gemini:thinking:x"}';
  const input = `[{"role":"user","content":"a"},${sealed}]`;

  test('stays behind, which is told', () => {
    const { carriage, sent } = carry(`{"input":${input},"model":"auto"}`, { from: openaiResponses });
    assert.equal(String(sent().body), '{"input":[{"role":"user","content":"a"}],"model":"up-1"}');
    assert.deepEqual(carriage.losses, ['thinking of another provider']);
  });

  test('is refused where losses are', () => {
    const crossing = { from: openaiResponses, context: { isStrict: true } };
    assert.throws(() => carry(`{"input":${input},"model":"auto"}`, crossing), { code: 'lossy_translation' });
    assert.deepEqual(carry('{"input":"a","model":"auto"}', crossing).carriage.losses, []);
  });

  test('goes from an Anthropic client to nobody but its maker', () => {
    const thinking = { type: 'thinking', thinking: 'hm', signature: '~tierline:openai-responses:thinking:enc' };
    const messages = [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: [thinking, { type: 'text', text: 'a' }] },
      { role: 'user', content: 'q' },
    ];
    const body = { model: 'auto', messages };
    assert.ok(!bodyOf(body, { from: anthropicMessages }).includes('thinking'));
    assert.match(bodyOf(body, { from: anthropicMessages, to: openaiResponses }), /"encrypted_content":"enc"/);
  });
});

describe('a reply for a client of the responses API', () => {
  test('repeats what was asked', () => {
    const asked = { model: 'auto', input: 'a', instructions: 'Be brief.', metadata: { k: 'v' } };
    const { carriage } = carry(JSON.stringify(asked), { from: openaiResponses, to: openaiChat });
    const choices = [{ index: 0, message: { role: 'assistant', content: 'b' }, finish_reason: 'stop' }];
    const { body } = carriage.readReply(Buffer.from(JSON.stringify({ id: 'x', model: 'm', choices })));
    const { instructions, metadata } = JSON.parse(String(body)) as Record<string, unknown>;
    assert.deepEqual([instructions, metadata], ['Be brief.', { k: 'v' }]);
  });
});

describe('a request in the dialect of its provider', () => {
  test('has another model name and keeps every other byte', () => {
    const before =
      ' {"messages":[{"role":"user","content":"caf\\u00e9 ☕","x":1.0}],\r\n "model" : "auto" , "zz":1e400, "n":[ ] }\n';
    assert.equal(bodyOf(before), before.replace('"auto"', '"up-1"'));
    assert.equal(bodyOf(before, { from: anthropicMessages }), before.replace('"auto"', '"up-1"'));
  });

  test('keeps all of its bytes when the model has the same name there', () => {
    const before = '{"model":"up-1","messages":[{"role":"user"}]}';
    assert.equal(bodyOf(before), before);
  });

  test('has a model name with quotes and letters of any kind written safely', () => {
    const odd = 'a"b\\c\nü';
    assert.equal(JSON.parse(bodyOf(HELLO, { context: { upstreamModel: odd } })).model, odd);
  });

  test('lets only the top-level model be replaced', () => {
    const before =
      '{"metadata":{"model":"auto"},"messages":[{"role":"user","content":"\\"model\\":\\"auto\\""}],"model":"auto"}';
    assert.equal(bodyOf(before), before.replace(/"auto"\}$/, '"up-1"}'));
  });

  test('goes with what the client sent besides, and loses nothing', () => {
    const { carriage, sent } = carry({ ...HELLO, stream: true });
    assert.deepEqual(sent().endpoint, {
      dialect: openaiChat,
      model: 'up-1',
      stream: true,
      headers: { 'x-a': 'b' },
      query: 'q=1',
      isSameDialect: true,
    });
    assert.deepEqual([carriage.isStream, carriage.isSameDialect, carriage.losses], [true, true, []]);
  });
});

describe('marks for the prompt cache', () => {
  const MARK = '"cache_control":{"type":"ephemeral"}';
  const context = { cache: { mark: true, key: 'k' } };
  const marksIn = (body: string): number => body.split(MARK).length - 1;

  test('are put into the bytes of an Anthropic client, of which the rest stays', () => {
    const before = '{"system":"s","messages":[{"role":"user","content":"a"}],"model":"auto","x":1.0}';
    const sent = bodyOf(before, { from: anthropicMessages, context });
    const block = (text: string) => `[{"type":"text","text":"${text}",${MARK}}]`;
    assert.equal(
      sent,
      `{"system":${block('s')},"messages":[{"role":"user","content":${block('a')}}],"model":"up-1","x":1.0}`,
    );
  });

  test('are set on what an OpenAI client says to an Anthropic model', () => {
    const body = { ...HELLO, messages: [{ role: 'system', content: 's' }, ...HELLO.messages] };
    assert.equal(marksIn(bodyOf(body, { to: anthropicMessages, context })), 2);
  });

  test('are not set where the plan says so, where the client has set its own, or for another dialect', () => {
    const from = anthropicMessages;
    const plain = bodyOf(HELLO, { from });
    assert.equal(bodyOf(HELLO, { from, context: { cache: { mark: false, key: 'k' } } }), plain);
    assert.equal(marksIn(bodyOf(HELLO, { from, to: openaiChat, context })), 0);
    assert.equal(bodyOf(HELLO, { context }), bodyOf(HELLO));
    const part = { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } };
    const own = {
      ...HELLO,
      messages: [
        { role: 'user', content: [part] },
        { role: 'user', content: 'b' },
      ],
    };
    assert.equal(bodyOf(own, { from, context }), bodyOf(own, { from }));
    assert.equal(marksIn(bodyOf(own, { to: from, context })), 0);
    const automatic = { ...HELLO, cache_control: { type: 'ephemeral' } };
    assert.equal(bodyOf(automatic, { from, context }), bodyOf(automatic, { from }));
  });
});

describe('the key for the prompt cache', () => {
  const context = { cache: { mark: false, key: 'tierline-1' } };
  const habits = { takesCacheKey: true };

  test('is put in front for a provider that takes one, beside the usage flag', () => {
    const rest = '"messages":[{"role":"user","content":"x"}],"stream":true}';
    assert.equal(
      bodyOf(`{"model":"up-1",${rest}`, { context, habits }),
      `{"stream_options":{"include_usage":true},"prompt_cache_key":"tierline-1","model":"up-1",${rest}`,
    );
    assert.equal(
      JSON.parse(bodyOf(HELLO, { from: anthropicMessages, to: openaiChat, context, habits })).prompt_cache_key,
      'tierline-1',
    );
  });

  test("is not sent to others, in place of the client's, or when there is none", () => {
    assert.equal(bodyOf(HELLO, { context }), bodyOf(HELLO));
    assert.equal(
      bodyOf(HELLO, { from: anthropicMessages, context, habits }),
      bodyOf(HELLO, { from: anthropicMessages }),
    );
    for (const prompt_cache_key of ['mine', null]) {
      const own = { ...HELLO, prompt_cache_key };
      assert.equal(bodyOf(own, { context, habits }), bodyOf(own));
    }
    assert.equal(bodyOf(HELLO, { context: { cache: { mark: false, key: null } }, habits }), bodyOf(HELLO));
    assert.equal(
      'prompt_cache_key' in JSON.parse(bodyOf(HELLO, { from: anthropicMessages, to: openaiChat, context })),
      false,
    );
  });
});

describe('the usage flag of an OpenAI stream', () => {
  const rest = '"messages":[{"role":"user","content":"x"}],"stream":true';

  test('is put in front when nothing was said', () => {
    assert.equal(
      bodyOf(` {"model":"auto",${rest}}`),
      ` {"stream_options":{"include_usage":true},"model":"up-1",${rest}}`,
    );
  });

  test('is set among the options that are there, wherever they stand', () => {
    const options = '"stream_options":{"include_obfuscation":false,"include_usage":false}';
    const set = '"stream_options":{"include_obfuscation":false,"include_usage":true}';
    assert.equal(bodyOf(`{${options},"model":"auto",${rest}}`), `{${set},"model":"up-1",${rest}}`);
    assert.equal(bodyOf(`{"model":"auto",${options},${rest}}`), `{"model":"up-1",${set},${rest}}`);
    assert.equal(
      bodyOf(`{"stream_options":null,"model":"up-1",${rest}}`),
      `{"stream_options":{"include_usage":true},"model":"up-1",${rest}}`,
    );
  });

  test('is left alone when the client set it, when there is no stream, and for Anthropic', () => {
    const asked = `{"model":"up-1","stream_options" : {"include_usage" : true},${rest}}`;
    assert.equal(bodyOf(asked), asked);
    const whole = '{"model":"up-1","messages":[{"role":"user"}]}';
    assert.equal(bodyOf(whole), whole);
    const claude = `{"model":"up-1","max_tokens":5,${rest}}`;
    assert.equal(bodyOf(claude, { from: anthropicMessages }), claude);
  });

  test('does not make something valid of options that are none: the provider has to refuse them', () => {
    for (const options of ['"all"', '[1]', '7', 'true']) {
      const body = `{"model":"up-1","stream_options":${options},${rest}}`;
      assert.equal(bodyOf(body), body);
    }
  });
});

test('law: what is sent reads as the request with another model and the usage flag, and nothing else', () => {
  const own = new Set(['model', 'messages', 'stream', 'stream_options', '__proto__']);
  const key = fc
    .string({ maxLength: 8 })
    .filter((name) => !own.has(name.toLowerCase()) && JSON.stringify(name) === `"${name}"`);
  const extras = fc
    .dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 })
    .filter(
      (fields) => new Set(Object.keys(fields).map((name) => name.toLowerCase())).size === Object.keys(fields).length,
    );
  const options = fc.option(
    fc.record({ include_usage: fc.boolean(), include_obfuscation: fc.boolean() }, { requiredKeys: [] }),
    { nil: undefined },
  );
  fc.assert(
    fc.property(
      extras,
      extras,
      fc.boolean(),
      options,
      fc.string(),
      fc.boolean(),
      (before, after, stream, streamOptions, model, isSpaced) => {
        const lower = new Set(Object.keys(before).map((name) => name.toLowerCase()));
        fc.pre(!Object.keys(after).some((name) => lower.has(name.toLowerCase())));
        const asked = {
          ...before,
          ...HELLO,
          stream,
          ...(streamOptions === undefined ? {} : { stream_options: streamOptions }),
          ...after,
        };
        const sent: unknown = JSON.parse(
          bodyOf(JSON.stringify(asked, null, isSpaced ? 1 : 0), { context: { upstreamModel: model } }),
        );
        const expected = {
          ...asked,
          model,
          ...(stream ? { stream_options: { ...streamOptions, include_usage: true } } : {}),
        };
        assert.deepEqual(sent, JSON.parse(JSON.stringify(expected)));
      },
    ),
  );
});

describe('a request that crosses', () => {
  test('is written for the provider, with the bound of tokens it demands', () => {
    const { carriage, sent } = carry(HELLO, { to: anthropicMessages });
    const body = JSON.parse(String(sent().body)) as Record<string, unknown>;
    assert.deepEqual([body.model, body.max_tokens], ['up-1', 512]);
    assert.deepEqual([carriage.isSameDialect, sent().endpoint.isSameDialect], [false, false]);
  });

  test('tells what it loses, and is refused for it when strict', () => {
    const asked = { ...HELLO, seed: 5 };
    assert.deepEqual(carry(asked, { to: anthropicMessages }).carriage.losses, ['seed']);
    const strict: Crossing = { to: anthropicMessages, context: { isStrict: true } };
    assert.throws(() => carry(asked, strict), { code: 'lossy_translation', message: /seed/ });
    assert.deepEqual(carry(HELLO, strict).carriage.losses, []);
  });

  test('is never refused for losses on its own dialect', () => {
    assert.deepEqual(carry({ ...HELLO, seed: 5 }, { context: { isStrict: true } }).carriage.losses, []);
  });
});

const CHAT = JSON.stringify({
  id: 'c',
  model: 'gpt-x',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'length' }],
  usage: { prompt_tokens: 4, completion_tokens: 2 },
});

describe('a request of a Gemini client', () => {
  const carryGemini = (body: object, to: Dialect, stream = false, cache: CarriageContext['cache'] = null) => {
    const inbound = Inbound.read(gemini, Buffer.from(JSON.stringify(body)), 64, { model: 'auto', stream });
    const { connection, sent } = connect(to);
    const carriage = createCarriage(inbound, connection, {
      upstreamModel: 'up-1',
      headers: {},
      query: '',
      isStrict: false,
      defaultMaxTokens: 512,
      costOf: () => 500_000_000,
      cache,
      hasCostInUsage: true,
    });
    carriage.send({ firstByteMs: 1, idleMs: 2 }, SINK);
    return { carriage, sent: sent[0] as Sent };
  };
  const asked = { contents: [{ parts: [{ text: 'Hi' }] }], cachedContent: 'cachedContents/1' };

  test('keeps its bytes for Gemini, and the kind of answer is told beside them', () => {
    const { carriage, sent } = carryGemini(asked, gemini, true);
    assert.equal(String(sent.body), JSON.stringify(asked));
    assert.deepEqual([sent.endpoint.stream, sent.endpoint.model, carriage.isSameDialect], [true, 'up-1', true]);
    const pipe = carriage.openPipe();
    const end = { candidates: [{ finishReason: 'STOP' }], usageMetadata: { totalTokenCount: 1 } };
    const told = String(pipe.push(Buffer.from(`data: ${JSON.stringify(end)}\r\n\r\n`)));
    assert.match(told, /"totalTokenCount":1,"cost":0.5\}/);
  });

  test('asks other providers for a stream in their own words', () => {
    const { sent } = carryGemini({ contents: asked.contents }, openaiChat, true);
    assert.deepEqual((JSON.parse(String(sent.body)) as { stream: unknown }).stream, true);
  });

  test('is marked for the cache of Anthropic, where the plan says so', () => {
    const { sent } = carryGemini({ contents: asked.contents }, anthropicMessages, false, { mark: true, key: null });
    assert.match(String(sent.body), /"text":"Hi","cache_control":\{"type":"ephemeral"\}/);
  });

  test('does not go elsewhere without the part of its prompt that Google keeps', () => {
    for (const key of ['cachedContent', 'cached_content'])
      assert.throws(
        () => carryGemini({ contents: asked.contents, [key]: 'cachedContents/1' }, openaiChat),
        (error) => error instanceof TierlineError && error.code === 'unsupported' && error.param === 'cachedContent',
      );
  });
});

describe('a complete reply', () => {
  test('of the same dialect keeps its bytes and gets its cost', () => {
    const { body, facts } = carry(HELLO).carriage.readReply(Buffer.from(CHAT));
    assert.equal(String(body), CHAT.replace('"completion_tokens":2', '"completion_tokens":2,"cost":0.5'));
    assert.deepEqual([facts.finishReason, facts.usage?.inputTokens], ['length', 4]);
  });

  test('of another dialect is translated, with cost and the words of the provider in the facts', () => {
    const { body, facts } = carry(HELLO, { from: anthropicMessages, to: openaiChat }).carriage.readReply(
      Buffer.from(CHAT),
    );
    const message = JSON.parse(String(body)) as { stop_reason: string; content: unknown; usage: { cost: number } };
    assert.deepEqual([message.stop_reason, message.content], ['max_tokens', [{ type: 'text', text: 'Hi' }]]);
    assert.equal(message.usage.cost, 0.5);
    assert.deepEqual([facts.finishReason, facts.responseModel, facts.usage?.outputTokens], ['length', 'gpt-x', 2]);
  });

  test('carries no cost when it is not wanted or not known', () => {
    for (const context of [{ hasCostInUsage: false }, { costOf: () => null }]) {
      for (const from of [openaiChat, anthropicMessages]) {
        const { body, facts } = carry(HELLO, { from, to: openaiChat, context }).carriage.readReply(Buffer.from(CHAT));
        assert.doesNotMatch(String(body), /"cost":\d/);
        assert.equal(facts.usage?.inputTokens, 4);
      }
    }
  });

  test('that cannot be understood is malformed, whichever way it goes', () => {
    for (const from of [openaiChat, anthropicMessages]) {
      const { carriage } = carry(HELLO, { from, to: openaiChat });
      assert.throws(() => carriage.readReply(Buffer.from('<html>')), { code: 'upstream_malformed' });
    }
  });
});

describe('a stream', () => {
  const chunk = (fields: object): string => `data: ${JSON.stringify({ id: 'c', model: 'gpt-x', ...fields })}\n\n`;
  const CHUNKS =
    chunk({ choices: [{ index: 0, delta: { content: 'Hi' } }] }) +
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
  const USAGE = chunk({ choices: [], usage: { prompt_tokens: 4, completion_tokens: 2 } });
  const DONE = 'data: [DONE]\n\n';

  const flow = (body: object, crossing: Crossing = {}): string => {
    const pipe = carry({ ...HELLO, stream: true, ...body }, crossing).carriage.openPipe();
    const sent = pipe.push(Buffer.from(CHUNKS + USAGE + DONE)) ?? '';
    assert.equal(pipe.state, 'finished');
    assert.equal(pipe.facts.usage?.inputTokens, 4);
    return `${String(sent)}${String(pipe.closing)}`;
  };

  test('of the same dialect is the same bytes, without the usage nobody asked for', () => {
    assert.equal(flow({}), CHUNKS + DONE);
    const priced = USAGE.replace('"completion_tokens":2', '"completion_tokens":2,"cost":0.5');
    assert.equal(flow({ stream_options: { include_usage: true } }), CHUNKS + priced + DONE);
  });

  test('of another dialect comes in the words of the client', () => {
    const text = flow({}, { from: anthropicMessages, to: openaiChat });
    assert.match(text, /^event: message_start\n/);
    assert.match(text, /"cost":0\.5/);
    assert.match(text, /event: message_stop\ndata: .*\n\n$/);
  });

  test('between Anthropic on both sides is watched as one', () => {
    const pipe = carry({ ...HELLO, stream: true }, { from: anthropicMessages }).carriage.openPipe();
    const events = 'event: message_start\ndata: {"type":"message_start","message":{"model":"c"}}\n\n';
    assert.equal(String(pipe.push(Buffer.from(events))), events);
    assert.equal(pipe.facts.responseModel, 'c');
  });

  test('that ends before every asked choice has finished is a failure', () => {
    const pipe = carry({ ...HELLO, stream: true, n: 2 }).carriage.openPipe();
    pipe.push(Buffer.from(CHUNKS));
    pipe.end();
    assert.equal(pipe.state, 'failed');
  });
});

test('errors are read in the dialect of the provider, and secrets never stay in a text', () => {
  const { carriage } = carry(HELLO, { from: openaiChat, to: anthropicMessages });
  const told = carriage.readError(529, '{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}');
  assert.deepEqual(told, { status: 529, message: 'Busy', type: 'overloaded_error' });
  assert.equal(carriage.redact('sk-secret, other and sk-secret'), '[redacted], [redacted] and [redacted]');
});

describe('a request that never was bytes', () => {
  const inbound = new NeutralInbound({
    model: 'auto',
    metadata: {},
    request: {
      origin: 'neutral',
      system: [],
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
      tools: [],
      n: 1,
      topK: 3,
      stream: true,
      includeUsage: true,
      unknown: {},
    },
  });
  const context: CarriageContext = {
    upstreamModel: 'up-1',
    headers: {},
    query: '',
    isStrict: false,
    defaultMaxTokens: 512,
    costOf: () => null,
    cache: null,
    hasCostInUsage: false,
  };

  for (const dialect of [openaiChat, anthropicMessages, neutralWire]) {
    test(`is written anew for ${dialect.name}`, () => {
      const { connection, sent } = connect(dialect);
      const carriage = createCarriage(inbound, connection, context);
      carriage.send({ firstByteMs: 1, idleMs: 1 }, SINK);
      assert.equal(carriage.isSameDialect, false);
      const body = String(sent[0]?.body);
      const model = dialect === neutralWire ? fromWire(body).model : (JSON.parse(body) as { model: string }).model;
      assert.equal(model, 'up-1');
      assert.match(body, /Hello/);
    });
  }

  test('is refused where losses are, and its losses are told', () => {
    const { connection } = connect(openaiChat);
    assert.deepEqual(createCarriage(inbound, connection, context).losses, ['top_k']);
    assert.throws(() => createCarriage(inbound, connection, { ...context, isStrict: true }), {
      code: 'lossy_translation',
    });
  });

  test('is answered in neutral events, signatures with their maker', () => {
    const { connection } = connect(anthropicMessages);
    const pipe = createCarriage(inbound, connection, context).openPipe();
    const events = [
      { type: 'message_start', message: { id: 'm', model: 'up-1', usage: { input_tokens: 1, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 's' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
      { type: 'message_stop' },
    ];
    const wire = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
    const written = `${String(pipe.push(Buffer.from(wire)) ?? '')}${String(pipe.closing ?? '')}`;
    const told = written
      .split('\n\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line.replace('data: ', '')) as NeutralEvent & { origin?: string });
    assert.deepEqual(
      told.find(({ type }) => type === 'thinking_signature'),
      { type: 'thinking_signature', choice: 0, signature: 's', origin: 'anthropic-messages' },
    );
    assert.equal(told.at(-1)?.type, 'end');
  });
});
