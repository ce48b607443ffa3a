import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseSamples, readSamples } from './read-samples.ts';
import { digestOf, toSample } from './sample.ts';

const lines = (...values: unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n');

describe('a line', () => {
  test('asks a prompt, with instructions or without', () => {
    assert.deepEqual(toSample({ prompt: 'Hi' }).request, { messages: [{ role: 'user', content: 'Hi' }] });
    assert.deepEqual(toSample({ system: 'Be brief.', prompt: 'Hi' }).request, {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
    });
  });

  test('carries a conversation and the other members of a body', () => {
    const messages = [{ role: 'user', content: 'Hi' }];
    const sample = toSample({ messages, request: { max_tokens: 5, tools: [] } });
    assert.deepEqual(sample.request, { max_tokens: 5, tools: [], messages });
    assert.equal(sample.dialect.name, 'openai-chat');
  });

  test('or a whole body in any dialect, told by its shape or by name', () => {
    const anthropic = { system: 'x', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };
    assert.equal(toSample({ request: anthropic }).dialect.name, 'anthropic-messages');
    assert.equal(toSample({ request: { input: 'Hi' } }).dialect.name, 'openai-responses');
    const plain = { max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };
    assert.equal(toSample({ request: plain }).dialect.name, 'openai-chat');
    assert.equal(toSample({ request: plain, dialect: 'anthropic' }).dialect.name, 'anthropic-messages');
  });

  test('is asked for a whole answer, whatever the logged request said', () => {
    const sample = toSample({ request: { stream: true, messages: [{ role: 'user', content: 'Hi' }] } });
    assert.equal(sample.request['stream'], undefined);
  });

  test('knows a right answer only when it is there, and null is one', () => {
    assert.equal(toSample({ prompt: 'Hi' }).reference, undefined);
    assert.equal(toSample({ prompt: 'Hi', reference: null }).reference, null);
    assert.deepEqual(toSample({ prompt: 'Hi', reference: { a: 1 } }).reference, { a: 1 });
  });

  test('without an id is named by what it asks, and the order of keys does not matter', () => {
    const one = toSample({ prompt: 'Hi', request: { a: 1, b: { c: 2, d: 3 } } });
    const other = toSample({ request: { b: { d: 3, c: 2 }, a: 1 }, prompt: 'Hi' });
    assert.equal(one.digest, other.digest);
    assert.equal(one.id, one.digest.slice(0, 12));
    assert.equal(toSample({ id: 'mine', prompt: 'Hi' }).id, 'mine');
    assert.notEqual(one.digest, toSample({ prompt: 'Hi' }).digest);
  });

  test('that contradicts itself or says nothing is refused in words', () => {
    const complaint = (line: object): string => {
      try {
        toSample(line);
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    };
    assert.match(complaint({}), /says nothing to ask/);
    assert.match(complaint({ prompt: 'a', messages: [{}] }), /both `prompt` and `messages`/);
    assert.match(complaint({ messages: [{}], system: 'a' }), /`system` goes with `prompt`/);
    assert.match(complaint({ prompt: 'a', request: { model: 'x' } }), /leave it out/);
    assert.match(complaint({ prompt: 'a', request: { messages: [] } }), /repeats/);
    assert.match(complaint({ prompt: 'a', dialect: 'klingon' }), /there are openai, responses and anthropic/);
    assert.match(complaint({ prompt: 'a', refrence: 'b' }), /refrence/);
    assert.match(complaint({ prompt: 'a', weight: 0 }), /weight/);
    assert.match(complaint({ prompt: '' }), /prompt/);
  });

  test('a digest depends on every value and on no order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).toReversed());
        assert.equal(digestOf(value), digestOf(turned));
        assert.notEqual(digestOf(value), digestOf([value]));
      }),
    );
  });
});

describe('a file', () => {
  test('is read line by line, empty lines and a byte order mark left out', () => {
    const { samples, folded } = parseSamples(`\u{feff}${lines({ prompt: 'a' }, { prompt: 'b' })}\n\n`, 'f');
    assert.equal(samples.length, 2);
    assert.equal(folded, 0);
  });

  test('what asks the same counts once, with the weights and grades of both', () => {
    const { samples, folded } = parseSamples(
      lines(
        { prompt: 'a', weight: 2, graded: [{ answer: 'x', pass: true }] },
        { prompt: 'b' },
        { prompt: 'a', graded: [{ answer: 'y', pass: false }] },
      ),
      'f',
    );
    assert.deepEqual(
      samples.map(({ weight, graded }) => [weight, graded.length]),
      [
        [3, 2],
        [1, 0],
      ],
    );
    assert.equal(folded, 1);
  });

  test('every wrong line is told at once, with its number', () => {
    const text = lines(
      { prompt: 'a', reference: '1' },
      { nothing: 1 },
      { prompt: 'a', reference: '2' },
      { id: 'x', prompt: 'c' },
      { id: 'x', prompt: 'd' },
    );
    assert.throws(
      () => parseSamples(`${text}\n{"prompt":`, 'f.jsonl'),
      (error: Error) => {
        assert.match(error.message, /^Samples in f\.jsonl: 4 lines are wrong\.\n/);
        assert.match(error.message, /line 2: .*says nothing to ask/);
        assert.match(error.message, /line 3: asks what line 1 asks and has another reference/);
        assert.match(error.message, /line 5: has the id of line 4, "x"/);
        assert.match(error.message, /line 6: is not JSON/);
        return true;
      },
    );
  });

  test('of many wrong lines the first are told and the rest is counted', () => {
    assert.throws(() => parseSamples('x\n'.repeat(25), 'f'), /25 lines are wrong[\s\S]*and 15 more$/);
  });

  test('that is missing or empty says so', () => {
    assert.throws(() => readSamples('/nowhere/samples.jsonl'), /there is no such file/);
    assert.throws(() => parseSamples('\n\n', 'f'), /there are none/);
  });

  test('its digest changes with requests, references and weights, and with nothing else', () => {
    const digest = (value: object): string => parseSamples(JSON.stringify(value), 'f').digest;
    const base = digest({ prompt: 'a' });
    assert.equal(base, digest({ prompt: 'a', id: 'x', tags: { a: 'b' } }));
    for (const other of [{ prompt: 'b' }, { prompt: 'a', reference: '1' }, { prompt: 'a', weight: 2 }])
      assert.notEqual(base, digest(other));
  });
});
