// Laws of marking prompts for the cache: nothing but the marks changes, there are at most four, a marked prompt is not
// marked again, and the bytes of an Anthropic client are marked in the same places as any other client's prompt.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { anthropicMessages } from '../../src/dialect/anthropic-messages.ts';
import { markEdits } from '../../src/dialect/anthropic-messages-marks.ts';
import { Inbound } from '../../src/dialect/inbound.ts';
import { markPrompt } from '../../src/dialect/mark-prompt.ts';
import type { NeutralRequest } from '../../src/dialect/neutral.ts';
import { splice } from '../../src/wire/splice.ts';
import { request, strip } from './neutral-arbitrary.ts';

const TARGET = { model: 'claude-sonnet-4-6', defaultMaxTokens: 4096 };
const MARK = '"cache_control":{"type":"ephemeral"}';

/** Anthropic bodies: as we write them, or with texts as strings and white space as clients write them. */
const body = fc.tuple(request, fc.boolean(), fc.constantFrom(undefined, 1, '\t')).map(([drawn, isShort, indent]) => {
  const own = strip({ ...drawn, origin: 'anthropic-messages', seed: undefined, presencePenalty: undefined });
  const written = anthropicMessages.encodeRequest(own as NeutralRequest, TARGET).body;
  if (!isShort) return written;
  const short = (key: string, value: unknown): unknown => {
    const [only, ...rest] = (key === 'system' || key === 'content') && Array.isArray(value) ? value : [];
    return rest.length === 0 && only?.type === 'text' ? only.text : value;
  };
  return JSON.stringify(JSON.parse(written), short, indent);
});

const read = (bytes: Buffer): Inbound => Inbound.read(anthropicMessages, bytes, 64);

function marked(text: string): Buffer {
  const { body: bytes, top } = read(Buffer.from(text));
  return splice(bytes, markEdits(bytes, top));
}

function withoutMarks(value: NeutralRequest): unknown {
  return JSON.parse(JSON.stringify(value, (key, member: unknown) => (key === 'cache' ? undefined : member)));
}

const count = (text: Buffer | string): number => String(text).split(MARK).length - 1;

test('a marked body says the same as before', () => {
  fc.assert(
    fc.property(body, (text) => {
      assert.deepEqual(withoutMarks(read(marked(text)).neutral), withoutMarks(read(Buffer.from(text)).neutral));
    }),
  );
});

test('no byte of the body is taken away: marks are put in between, and texts are wrapped as they stand', () => {
  const insertions = new Set([`,${MARK}`, `,${MARK}}]`, '[{"type":"text","text":']);
  fc.assert(
    fc.property(body, (text) => {
      const { body: bytes, top } = read(Buffer.from(text));
      for (const edit of markEdits(bytes, top)) {
        assert.equal(edit.start, edit.end);
        assert.ok(insertions.has(edit.text), edit.text);
      }
    }),
  );
});

test('there is at least one mark and never more than four', () => {
  fc.assert(
    fc.property(body, (text) => {
      const marks = count(marked(text));
      assert.ok(marks >= 1 && marks <= 4, `${marks} marks`);
    }),
  );
});

test('a marked prompt counts as marked by its client, and so is not marked again', () => {
  fc.assert(
    fc.property(body, (text) => {
      const again = read(marked(text));
      assert.equal(again.hasCacheMarks, true);
      assert.equal(markPrompt(again.neutral), again.neutral);
    }),
  );
});

test('bytes are marked where the neutral form is', () => {
  fc.assert(
    fc.property(body, (text) => {
      const byBytes = read(marked(text)).neutral;
      const byForm = markPrompt(read(Buffer.from(text)).neutral);
      assert.deepEqual(strip(byBytes), strip(byForm));
    }),
  );
});

test('an OpenAI prompt crosses with its marks, and with nothing else changed', () => {
  fc.assert(
    fc.property(request, (drawn) => {
      const foreign: NeutralRequest = { ...drawn, origin: 'openai-chat' };
      const plain = anthropicMessages.encodeRequest(foreign, TARGET);
      const crossed = anthropicMessages.encodeRequest(markPrompt(foreign), TARGET);
      assert.deepEqual(crossed.losses, plain.losses);
      assert.equal(crossed.body.replaceAll(`,${MARK}`, ''), plain.body);
      const marks = count(crossed.body);
      assert.ok(marks >= 1 && marks <= 4, `${marks} marks`);
    }),
  );
});
