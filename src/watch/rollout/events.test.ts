import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { appendEvent, type RolloutEvent, readEvents } from './events.ts';
import { noEvidence } from './evidence.ts';
import { fold } from './rollout-state.ts';
import { DEFAULT_RULES } from './rules.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'rollout-events-'));
after(() => rmSync(folder, { recursive: true }));

const STARTED: RolloutEvent = {
  at: '2026-03-01T10:00:00.000Z',
  task: 'ticket-triage',
  rollout: 'one',
  event: 'started',
  percent: 5,
  by: 'tierline',
  why: 'The candidate is new.',
  candidateDigest: 'abc',
};
const STEP: RolloutEvent = {
  at: '2026-03-02T10:00:00.000Z',
  task: 'ticket-triage',
  rollout: 'one',
  event: 'step',
  percent: 25,
  by: 'tierline',
  why: 'On to 25 %.',
  evidence: noEvidence(DEFAULT_RULES),
};

let files = 0;
function fresh(): string {
  return path.join(folder, `${files++}`, 'rollouts.jsonl');
}

describe('the file of rollout events', () => {
  test('has none when it is not there, and gives back what was written to it', () => {
    const file = fresh();
    assert.deepEqual(readEvents(file), []);
    appendEvent(file, STARTED);
    appendEvent(file, STEP);
    assert.deepEqual(readEvents(file), [STARTED, STEP]);
    assert.equal(statSync(file).mode & 0o077, 0, "is its owner's only");
  });

  test('law: reads whole events only, wherever the last was cut off, and the next one is written on a line of its own', () => {
    const whole = fresh();
    for (const event of [STARTED, STEP]) appendEvent(whole, event);
    const bytes = readFileSync(whole);
    const first = bytes.indexOf('\n') + 1;
    fc.assert(
      fc.property(fc.integer({ min: first, max: bytes.length - 2 }), (cut) => {
        const file = fresh();
        appendEvent(file, STARTED);
        appendFileSync(file, bytes.subarray(first, cut));
        assert.deepEqual(readEvents(file), [STARTED]);
        appendEvent(file, STEP);
        assert.deepEqual(readEvents(file), [STARTED, STEP]);
        assert.deepEqual(fold(readEvents(file)), fold([STARTED, STEP]));
        rmSync(path.dirname(file), { recursive: true });
      }),
      { numRuns: 40 },
    );
  });

  test('reads a last event that lacks only its end of line', () => {
    const file = fresh();
    appendEvent(file, STARTED);
    writeFileSync(file, readFileSync(file, 'utf8').trimEnd());
    appendEvent(file, STEP);
    assert.deepEqual(readEvents(file), [STARTED, STEP]);
  });

  test('says which line is damaged', () => {
    const wrong = [
      'garbage',
      '{"kind":"answer"}',
      JSON.stringify({ ...STEP, event: 'paused' }),
      JSON.stringify({ ...STEP, percent: 101 }),
      JSON.stringify({ ...STEP, at: 'yesterday' }),
      JSON.stringify({ ...STEP, by: 'nobody' }),
      JSON.stringify({ ...STARTED, candidateDigest: undefined }),
    ];
    for (const line of wrong) {
      const file = fresh();
      appendEvent(file, STARTED);
      appendFileSync(file, `${line}\n`);
      appendEvent(file, STEP);
      assert.throws(() => readEvents(file), /^Error: Rollout events in .*: line 2 cannot be read\. Mend it/, line);
    }
  });

  test('is shared by processes: each event of each of them is there, whole', async () => {
    const file = fresh();
    const module = path.join(import.meta.dirname, 'events.ts');
    const ends = [0, 1, 2].map(async (writer) => {
      const code = `import(${JSON.stringify(module)}).then(({ appendEvent }) => {
        const event = ${JSON.stringify(STEP)};
        for (let at = 0; at < 25; at++) appendEvent(${JSON.stringify(file)}, { ...event, why: '${writer}/' + at });
      })`;
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '-e', code], {
        stdio: 'inherit',
      });
      const [status] = (await once(child, 'exit')) as [number];
      assert.equal(status, 0);
    });
    await Promise.all(ends);
    const told = readEvents(file).map(({ why }) => why);
    assert.equal(new Set(told).size, 75);
    for (const writer of ['0/', '1/', '2/'])
      assert.deepEqual(
        told.filter((why) => why.startsWith(writer)),
        Array.from({ length: 25 }, (_, at) => `${writer}${at}`),
      );
  });

  test('is not begun by reading it', () => {
    const file = fresh();
    readEvents(file);
    assert.equal(existsSync(path.dirname(file)), false);
  });
});
