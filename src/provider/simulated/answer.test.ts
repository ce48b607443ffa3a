import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerTo, promptIdentity } from './answer.ts';
import { passProbability } from './competence.ts';
import type { SimulatedRequest, Turn } from './request.ts';
import { countTokens } from './tokens.ts';
import { generateWorkload } from './workload.ts';

const said = (text: string): Turn => ({ role: 'user', text, calls: [], results: [] });

function ask(text: string, change: Partial<SimulatedRequest> = {}): SimulatedRequest {
  return {
    model: 'sim-small',
    stream: false,
    includeUsage: false,
    blocks: [],
    cacheKey: '',
    turns: [said(text)],
    tools: [],
    toolChoice: { type: 'auto' },
    parallelTools: true,
    schema: null,
    maxTokens: null,
    stop: [],
    choices: 1,
    effort: null,
    ...change,
  };
}

const once = (request: SimulatedRequest) => answerTo(request, { seed: 1, choice: 0 });
const weather = {
  name: 'get_weather',
  schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const time = { name: 'currentTime', schema: { type: 'object', properties: {} } };

test('recognised problems are solved as often as the true probabilities say, for each model', () => {
  const items = generateWorkload({ seed: 5, count: 1_500 });
  for (const model of ['sim-small', 'sim-mid', 'sim-frontier']) {
    let solved = 0;
    let expected = 0;
    let variance = 0;
    for (const { task, difficulty, messages, check } of items) {
      const truth = passProbability(model, task, difficulty);
      expected += truth;
      variance += truth * (1 - truth);
      if (check(once(ask(messages[1].content, { model })).text)) solved += 1;
    }
    const distance = Math.abs(solved - expected) / Math.sqrt(variance);
    assert.ok(distance < 4, `${model}: ${solved} solved, ${expected} expected, ${distance} deviations`);
  }
});

test('an answer is the same when asked again, and further choices are drawn on their own', () => {
  const [item] = generateWorkload({ seed: 5, count: 1, tasks: ['code-question'] });
  const request = ask(item?.messages[1].content ?? '');
  assert.deepEqual(once(request), once(request));
  const choices = Array.from({ length: 60 }, (_, choice) => answerTo(request, { seed: 1, choice }).text);
  assert.ok(new Set(choices).size > 1);
});

test('the identity of a problem is its case, whatever stands around it', () => {
  const [item] = generateWorkload({ seed: 5, count: 1 });
  const text = item?.messages[1].content ?? '';
  assert.equal(promptIdentity(ask(text)), `${item?.task}/${item?.id}`);
  assert.equal(promptIdentity(ask(`Please!\n${text}`)), promptIdentity(ask(text)));
  assert.notEqual(promptIdentity(ask('one')), promptIdentity(ask('two')));
});

test('anything else is answered by a short echo', () => {
  const answer = once(ask('Good morning'));
  assert.equal(answer.text, 'This is sim-small, a simulated model. You wrote: Good morning');
  assert.equal(answer.finish, 'stop');
  assert.equal(answer.outputTokens, countTokens(answer.text));
  assert.ok(once(ask('x'.repeat(5_000))).text.length < 300);
  assert.ok(once(ask('👩‍👩‍👧'.repeat(500))).text.isWellFormed());
  assert.match(once(ask('')).text, /Say something/);
});

test('a tool is called when its name, or a telling word of it, is mentioned', () => {
  const calls = (text: string, change: Partial<SimulatedRequest> = {}) =>
    once(ask(text, { tools: [weather, time], ...change })).calls;
  assert.deepEqual(calls('How is the weather in Paris?'), [{ name: 'get_weather', args: { city: 'Paris' } }]);
  assert.deepEqual(calls('call currentTime'), [{ name: 'currentTime', args: {} }]);
  assert.deepEqual(
    calls('the time?').map(({ name }) => name),
    ['currentTime'],
  );
  assert.deepEqual(calls('whether sometimes'), [], 'parts of words do not count');
  const both = 'weather and time in Oslo';
  assert.deepEqual(
    calls(both).map(({ name }) => name),
    ['get_weather', 'currentTime'],
  );
  assert.equal(calls(both, { parallelTools: false }).length, 1);
  assert.deepEqual(calls(both, { toolChoice: { type: 'none' } }), []);
});

test('a tool choice forces a call without any mention', () => {
  const tools = [weather, time];
  const forced = once(ask('hello', { tools, toolChoice: { type: 'tool', name: 'currentTime' } }));
  assert.deepEqual(forced.calls, [{ name: 'currentTime', args: {} }]);
  assert.equal(forced.finish, 'tool_calls');
  assert.equal(forced.text, '');
  assert.ok(forced.outputTokens > 0);
  assert.equal(once(ask('hello', { tools, toolChoice: { type: 'any' } })).calls.length, 1);
});

test('after a tool result the answer is a sentence with it, even when a call is still forced', () => {
  const turns: Turn[] = [
    said('weather in Paris and time'),
    {
      role: 'assistant',
      text: '',
      calls: [
        { id: 'a', name: 'get_weather' },
        { id: 'b', name: 'currentTime' },
      ],
      results: [],
    },
    { role: 'tool', text: '', calls: [], results: [{ callId: 'b', text: 'noon' }] },
    { role: 'tool', text: '', calls: [], results: [{ callId: 'a', text: '21 degrees' }] },
  ];
  const answer = once(ask('', { turns, tools: [weather, time], toolChoice: { type: 'any' } }));
  assert.equal(answer.text, 'The result of currentTime is: noon. The result of get_weather is: 21 degrees.');
  assert.deepEqual(answer.calls, []);
  const next = once(ask('', { turns: [...turns, said('And the weather in Rome?')], tools: [weather] }));
  assert.deepEqual(next.calls, [{ name: 'get_weather', args: { city: 'Rome' } }]);
});

test('a schema gives valid JSON; the solution of a problem where it is an object', () => {
  const schema = { type: 'object', properties: { label: { type: 'string', enum: ['bug', 'sales'] } } };
  assert.deepEqual(JSON.parse(once(ask('this is a bug', { schema })).text), { label: 'bug' });
  assert.deepEqual(Object.keys(JSON.parse(once(ask('hello', { schema: {} })).text) as object), ['answer']);
  const [item] = generateWorkload({ seed: 1, count: 1, tasks: ['invoice-extract'] });
  const text = item?.messages[1].content ?? '';
  const plain = once(ask(text, { model: 'sim-frontier' })).text;
  assert.equal(plain, item?.reference);
  assert.equal(once(ask(text, { model: 'sim-frontier', schema: item?.schema ?? {} })).text, plain);
  const tool = { name: 'answer', schema: item?.schema ?? {} };
  const forced = ask(text, { model: 'sim-frontier', tools: [tool], toolChoice: { type: 'tool', name: 'answer' } });
  assert.deepEqual(once(forced).calls, [{ name: 'answer', args: JSON.parse(plain) as object }]);
});

test('an answer ends at the token limit or at the first stop sequence', () => {
  const short = once(ask('hello', { maxTokens: 4 }));
  assert.deepEqual([short.text, short.finish, short.outputTokens], ['This is sim-', 'length', 4]);
  const stopped = once(ask('hello', { stop: ['never', ' You', 'simulated'] }));
  assert.deepEqual([stopped.text, stopped.finish], ['This is sim-small, a ', 'stop_sequence']);
  assert.equal(stopped.stopSequence, 'simulated');
  const full = once(ask('hello'));
  assert.equal(once(ask('hello', { maxTokens: full.outputTokens })).finish, 'stop', 'exactly enough is enough');
});

test('thinking costs tokens by effort and counts against the limit', () => {
  const answer = once(ask('hello', { effort: 'medium' }));
  assert.ok(answer.thinking !== '' && answer.thinkingTokens > 30);
  assert.equal(answer.outputTokens, answer.thinkingTokens + countTokens(answer.text));
  assert.ok(once(ask('hello', { effort: 'high' })).thinkingTokens > answer.thinkingTokens);
  const starved = once(ask('hello', { effort: 'high', maxTokens: 10 }));
  assert.deepEqual([starved.thinkingTokens, starved.text, starved.finish], [10, '', 'length']);
  assert.equal(once(ask('hello')).thinkingTokens, 0);
});
