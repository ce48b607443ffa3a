import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type DrawnSamples, type DrawSamplesOptions, drawSamples } from './draw-samples.ts';
import { toSample } from './sample.ts';
import { type TrafficCall, toTraffic } from './traffic.ts';

const INSTRUCTIONS = ['Sort tickets into one of five queues.', 'Sum up the report in one sentence, with all names.'];

function callsOf(
  count: number,
  text = (at: number): string => `Ticket ${at}: ${'the printer is on fire again '.repeat(at % 9)}`,
): TrafficCall[] {
  return Array.from({ length: count }, (_, at) =>
    toTraffic(
      {
        model: 'm',
        messages: [
          { role: 'system', content: INSTRUCTIONS[at % 2] ?? '' },
          { role: 'user', content: text(at) },
        ],
      },
      { answer: `answer ${at} to bob@x.com`, at: '2026-11-28T12:00:00.000Z' },
    ),
  );
}

async function* stream(calls: readonly TrafficCall[]): AsyncGenerator<TrafficCall> {
  yield* calls;
}

const drawFrom = (calls: readonly TrafficCall[], options: Partial<DrawSamplesOptions> = {}): Promise<DrawnSamples> =>
  drawSamples(stream(calls), {
    count: 20,
    seed: 1,
    existing: [],
    isMasked: true,
    isAnswerReference: false,
    ...options,
  });

describe('drawn samples', () => {
  test('are lines that can be read, with tags, weights of mean 1 and the time of their call', async () => {
    const { lines, read, strata } = await drawFrom(callsOf(200));
    assert.equal(lines.length, 20);
    assert.equal(read, 200);
    const samples = lines.map(toSample);
    assert.ok(Math.abs(samples.reduce((sum, { weight }) => sum + weight, 0) / 20 - 1) < 0.001);
    assert.deepEqual(Object.keys(samples[0]?.tags ?? {}).sort(), ['cluster', 'language', 'length']);
    assert.equal(samples[0]?.at, '2026-11-28T12:00:00.000Z');
    assert.equal(new Set(strata.map(({ stratum }) => stratum?.cluster)).size, 2);
    assert.ok(samples.every(({ reference }) => reference === undefined));
  });

  test('are never those that are there already, nor nearly those', async () => {
    const calls = callsOf(40);
    const first = await drawFrom(calls);
    const existing = first.lines.map(toSample);
    const second = await drawFrom(calls, { existing, seed: 2 });
    const asked = new Set(existing.map(({ digest }) => digest));
    assert.ok(second.lines.length > 0);
    for (const line of second.lines) assert.ok(!asked.has(toSample(line).digest));
    const third = await drawFrom(calls.slice(0, 5), {
      existing: (await drawFrom(calls.slice(0, 5))).lines.map(toSample),
    });
    assert.deepEqual(third.lines, []);
  });

  test('are drawn beside lines that somebody wrote and that could not be sent', async () => {
    const existing = [toSample({ request: { input: 'x', previous_response_id: 'resp_1' } })];
    assert.equal((await drawFrom(callsOf(40), { existing })).lines.length, 20);
  });

  test('are masked, request and reference with one numbering, and what was found is counted', async () => {
    const calls = callsOf(3, (at) => `Ticket of person${at}@x.com about bob@x.com: ${'fire '.repeat(at * 20)}`);
    const { lines, found } = await drawFrom(calls, { isAnswerReference: true });
    assert.equal(lines.length, 3);
    assert.deepEqual(found, { email: 9 });
    for (const line of lines) {
      assert.match(JSON.stringify(line.messages), /Ticket of <email-1> about <email-2>/);
      assert.match(JSON.stringify(line.reference), /^"answer \d to <email-2>"$/);
    }
  });

  test('are as they were where nobody wants them masked', async () => {
    const { lines, found } = await drawFrom(
      callsOf(3, (at) => `Ticket of bob@x.com: ${'fire '.repeat(at * 20)}`),
      { isMasked: false },
    );
    assert.ok(lines.every((line) => JSON.stringify(line).includes('bob@x.com')));
    assert.deepEqual(found, {});
  });

  test('two requests that are the same once they are masked are one sample', async () => {
    const { lines } = await drawFrom(callsOf(20, (at) => `Write to someone${at}@example${at}.com now`));
    assert.equal(lines.length, 2);
  });

  test('of more calls than are looked at, each has the same chance', async () => {
    const few = callsOf(20);
    async function* many(): AsyncGenerator<TrafficCall> {
      for (let at = 0; at < 12_000; at++) yield few[at % few.length] as TrafficCall;
    }
    const { read, looked } = await drawSamples(many(), {
      count: 5,
      seed: 1,
      existing: [],
      isMasked: true,
      isAnswerReference: false,
    });
    assert.equal(read, 12_000);
    assert.equal(looked, 10_000);
  });
});
