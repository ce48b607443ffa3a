import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ALONE, failed, type Gate, type GivenAnswer, passed, type SecondAnswer } from '../gate/gate.ts';
import { answerOf } from '../gate/sample.test.ts';
import { Asking } from './asking.ts';
import { bodyOf, judging, play, rung, stream, told } from './cascade.fixture.ts';
import { Given } from './given.ts';
import { site } from './sample.test.ts';

const asking = (): Asking => new Asking(performance.now() + 1000);

/** Somebody to ask whose answers come when they are let go. */
function slowly() {
  const open: ((second: SecondAnswer) => void)[] = [];
  const again = (): Promise<SecondAnswer> => new Promise((resolve) => open.push(resolve));
  const yes = (at: number): void => open[at]?.({ answer: answerOf('18'), costNanoUsd: 7 });
  const no = (at: number): void => open[at]?.({ answer: null, failure: 'down', costNanoUsd: 2 });
  return { open, again, yes, no };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('what models have answered', () => {
  test('is told to each model without its own answer, in the order in which it came', () => {
    const given = new Given();
    const [a, b] = [answerOf('1'), answerOf('2')];
    given.add({ model: 'a', answer: a });
    given.add({ model: 'b', answer: b });
    given.add({ model: 'a', answer: answerOf('another') });
    assert.deepEqual(given.besides('c'), [
      { model: 'a', answer: a },
      { model: 'b', answer: b },
    ]);
    assert.deepEqual(given.besides('a'), [{ model: 'b', answer: b }]);
  });

  test('an answer that was given already is not asked for, and costs nothing', async () => {
    const given = new Given();
    const answer = answerOf('18');
    given.add({ model: 'a', answer });
    const again = () => Promise.reject(new Error('asked'));
    assert.deepEqual(await given.second('a', { again, asking: asking() }), { answer, costNanoUsd: 0 });
  });

  test('two who want the same second answer get one, and one of them pays', async () => {
    const given = new Given();
    const { open, again, yes } = slowly();
    const both = [given.second('a', { again, asking: asking() }), given.second('a', { again, asking: asking() })];
    await turn();
    assert.equal(open.length, 1);
    yes(0);
    const seconds = await Promise.all(both);
    assert.deepEqual(
      seconds.map(({ answer, costNanoUsd }) => [answer?.text, costNanoUsd]),
      [
        ['18', 7],
        ['18', 0],
      ],
    );
    assert.equal((await given.second('a', { again, asking: asking() })).costNanoUsd, 0);
    assert.equal(open.length, 1);
    assert.equal(given.besides('b').length, 1);
  });

  test('one that failed is not asked again, and its failure is paid once', async () => {
    const given = new Given();
    const { open, again, no } = slowly();
    const first = given.second('a', { again, asking: asking() });
    await turn();
    no(0);
    assert.deepEqual(await first, { answer: null, failure: 'down', costNanoUsd: 2 });
    const later = await given.second('a', { again, asking: asking() });
    assert.deepEqual(later, { answer: null, failure: 'down', costNanoUsd: 0 });
    assert.equal(open.length, 1);
    assert.deepEqual(given.besides('b'), []);
  });

  test('one that was left by the attempt that asked it is asked anew for another', async () => {
    const given = new Given();
    const { open, again, yes, no } = slowly();
    const leaving = asking();
    const first = given.second('a', { again, asking: leaving });
    const other = given.second('a', { again, asking: asking() });
    await turn();
    leaving.leave();
    no(0);
    assert.equal((await first).answer, null);
    await turn();
    assert.equal(open.length, 2);
    yes(1);
    assert.deepEqual((await other).costNanoUsd, 7);
  });
});

/** Keeps what it is told of the answers before, and refuses all but the word `good`. */
function listener(): { gate: Gate; heard: [string | null, string[]][] } {
  const heard: [string | null, string[]][] = [];
  const sayOf = ({ model, answer }: GivenAnswer): string => `${model}: ${answer.text}`;
  const gate: Gate = {
    name: 'listener',
    isCostly: false,
    check: ({ text }, _question, { model, earlier }) => {
      heard.push([model, earlier.map(sayOf)]);
      return text === 'good' ? passed('listener', '') : failed('listener', '');
    },
  };
  return { gate, heard };
}

describe('gates of a cascade', () => {
  test('see which model answered, and the answers that were refused before', async () => {
    for (const isStream of [false, true]) {
      const { gate, heard } = listener();
      const says = (word: string) => (isStream ? stream(word, 'END') : { reply: word });
      const { outcome } = await play({
        isStream,
        sites: {
          one: [site('one', [says('bad')])],
          two: [site('two', [{ status: 500 }])],
          three: [site('three', [says('worse')])],
          four: [site('four', [says('good')])],
          five: [site('five', [])],
        },
        judging: judging({ gates: [gate] }),
      });
      assert.deepEqual(heard, [
        ['one', []],
        ['three', ['one: bad']],
        ['four', ['one: bad', 'three: worse']],
      ]);
      assert.deepEqual(told(outcome), ['one:ok', 'two:error', 'three:ok', 'four:ok']);
    }
  });

  test('do not see what was stopped before its end', async () => {
    const { gate, heard } = listener();
    const noisy: Gate = { ...gate, early: ({ text }) => (text.includes('bad') ? failed('listener', '') : null) };
    await play({
      isStream: true,
      sites: { one: [site('one', [stream('bad', 'END')])], two: [site('two', [stream('good', 'END')])], three: [] },
      plan: [rung('one'), rung('two'), rung('three')],
      judging: judging({ gates: [noisy], release: { mode: 'early', tokens: 0 } }),
    });
    assert.deepEqual(heard, [['two', []]]);
  });

  test('that come after one that asks see the second answer, and the next attempt asks for none', async () => {
    const asked: string[] = [];
    const again = (model: string) => {
      asked.push(model);
      return Promise.resolve({ answer: answerOf('another'), costNanoUsd: 7 });
    };
    const asks: Gate = {
      name: 'asks',
      isCostly: true,
      check: async (_answer, _question, context) => {
        const { costNanoUsd } = (await context.again?.('other')) ?? { costNanoUsd: null };
        return { ...passed('asks', ''), costNanoUsd };
      },
    };
    const { gate, heard } = listener();
    const { outcome } = await play({
      sites: { one: [site('one', [{ reply: 'bad' }])], two: [site('two', [{ reply: 'good' }])], three: [] },
      plan: [rung('one'), rung('two'), rung('three')],
      judging: judging({ gates: [asks, { ...gate, isCostly: true }], again }),
    });
    assert.equal(bodyOf(outcome), 'good');
    assert.deepEqual(asked, ['other']);
    assert.deepEqual(heard, [
      ['one', ['other: another']],
      ['two', ['one: bad', 'other: another']],
    ]);
    assert.deepEqual(
      outcome.exchanges.map(({ verdicts }) => verdicts?.[0]?.costNanoUsd),
      [7, 0],
    );
  });
});

test('of an answer alone nothing is known', () => {
  assert.deepEqual(ALONE, { ask: null, model: null, earlier: [], again: null, embed: null, request: null });
});
