import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from './call/errors.ts';
import type { Json } from './call/json.ts';
import type { Note } from './call/note.ts';
import type { CallRow } from './call/row.ts';
import { parseConfig } from './config/load.ts';
import {
  type Feedback,
  type FeedbackRules,
  feedbackRules,
  type Given,
  giveFeedback,
  MAX_FEEDBACK_BYTES,
  readFeedback,
  scoreOfLabel,
} from './feedback.ts';
import { sampleRow } from './ledger/sample-row.test.ts';

const read = (body: unknown): Feedback => readFeedback(Buffer.from(JSON.stringify(body)), { maxDepth: 20 });

function refused(run: () => unknown, code: string, message: RegExp, param?: string): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof TierlineError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    if (param !== undefined) assert.equal(error.param, param);
    return true;
  });
}

const refusedBody = (body: unknown, message: RegExp, param?: string): void =>
  refused(() => read(body), 'invalid_request', message, param);

describe('a feedback', () => {
  test('says one thing or several', () => {
    const nothing = { requestId: 'req_1', score: null, label: null, comment: null, reference: null };
    assert.deepEqual(read({ request_id: 'req_1', score: 0 }), { ...nothing, score: 0 });
    assert.deepEqual(read({ request_id: 'req_1', label: 'wrong_label' }), { ...nothing, label: 'wrong_label' });
    assert.deepEqual(read({ request_id: 'req_1', comment: 'Too long.' }), { ...nothing, comment: 'Too long.' });
    assert.deepEqual(read({ request_id: 'req_1', reference: false }), { ...nothing, reference: false });
    const whole = { score: 0.5, label: 'meh', comment: 'c', reference: { a: [1, null] } };
    assert.deepEqual(read({ request_id: 'req_1', ...whole }), { requestId: 'req_1', ...whole });
  });

  test('says nothing by null, and by a text with nothing in it', () => {
    for (const body of [{}, { score: null, label: null }, { label: ' ', comment: '\n' }, { reference: null }])
      refusedBody({ request_id: 'req_1', ...body }, /at least one of score, label, comment or reference/);
    assert.equal(read({ request_id: 'req_1', score: 1, label: '' }).label, null);
  });

  test('has a score by its label where the label means good or bad, and its own where it has one', () => {
    for (const label of ['good', 'thumbs_up', 'yes', 'accepted', 'correct'])
      assert.equal(scoreOfLabel(label), 1, label);
    for (const label of ['bad', 'thumbs_down', 'no', 'rejected', 'wrong', 'incorrect'])
      assert.equal(scoreOfLabel(label), 0, label);
    for (const label of [' Thumbs-Up ', 'THUMBS UP', 'Good']) assert.equal(scoreOfLabel(label), 1, label);
    for (const label of ['', 'wrong_label', 'not good', 'goodish']) assert.equal(scoreOfLabel(label), null, label);
    assert.equal(read({ request_id: 'req_1', label: 'bad' }).score, 0);
    assert.equal(read({ request_id: 'req_1', label: 'bad', score: 0.4 }).score, 0.4);
  });

  test('is refused with the member that is wrong', () => {
    refusedBody({ score: 1 }, /request_id is missing/, 'request_id');
    for (const id of ['', 7, ['req_1'], 'x'.repeat(201)])
      refusedBody({ request_id: id, score: 1 }, /request_id must be the id of a call/, 'request_id');
    for (const score of [-0.1, 1.1, '1', true, [1]])
      refusedBody({ request_id: 'req_1', score }, /score must be a number from 0 to 1/, 'score');
    refusedBody({ request_id: 'req_1', label: 1 }, /label must be a text/, 'label');
    refusedBody({ request_id: 'req_1', label: 'x'.repeat(65) }, /label .* at most 64 characters; it has 65/, 'label');
    refusedBody({ request_id: 'req_1', comment: 'x'.repeat(4001) }, /at most 4000 characters; it has 4001/, 'comment');
    refusedBody([], /must be a JSON object/);
  });

  test('has no members of other names, and is told the nearest', () => {
    refusedBody({ request_id: 'req_1', scor: 1 }, /no member "scor" .* Did you mean "score"\?/, 'scor');
    refusedBody({ requestId: 'req_1', score: 1 }, /no member "requestId" .* Did you mean "request_id"\?/);
    refusedBody({ request_id: 'req_1', zzzzzzzz: 1 }, /Known are request_id, score, label, comment and reference\./);
    refused(
      () => readFeedback(Buffer.from('{"request_id":"req_1","__proto__":1,"score":1}'), { maxDepth: 9 }),
      'invalid_request',
      /no member "__proto__"/,
    );
  });

  test('is refused when its bytes are', () => {
    const bytes =
      (text: string | Buffer, maxDepth = 9) =>
      () =>
        readFeedback(Buffer.from(text), { maxDepth });
    refused(bytes('{'), 'invalid_json', /./);
    refused(bytes(''), 'invalid_json', /empty/);
    refused(bytes('{"request_id":"a","score":1,"score":0}'), 'ambiguous_body', /./);
    refused(bytes(Buffer.from('7b226c6162656c223a22ff227d', 'hex')), 'invalid_encoding', /UTF-8/);
    refused(bytes(`{"request_id":"a","reference":${'['.repeat(9)}${']'.repeat(9)}}`), 'too_deep', /./);
    refused(bytes(`{"reference":"${'x'.repeat(MAX_FEEDBACK_BYTES)}"}`), 'body_too_large', /32768/);
  });

  test('may call the id of its call what the library calls it', () => {
    const options = { maxDepth: 9, idName: 'requestId' };
    assert.equal(readFeedback(Buffer.from('{"requestId":"a","score":1}'), options).requestId, 'a');
    refused(() => readFeedback(Buffer.from('{"score":1}'), options), 'invalid_request', /requestId is missing/);
  });
});

const OPEN: FeedbackRules = { isMasked: true, isPrivate: () => false };
const CALL = sampleRow({ id: 'req_1', tenant: 'acme', task: 'triage', model: 'small' });

async function give(
  said: Partial<Feedback>,
  { rules = OPEN, calls = [CALL], tenant = 'acme' }: { rules?: FeedbackRules; calls?: CallRow[]; tenant?: string } = {},
): Promise<{ given: Given; notes: Note[] }> {
  const notes: Note[] = [];
  const desk = {
    findCall: (id: string, whose: string) =>
      Promise.resolve(calls.find((call) => call.id === id && call.tenant === whose) ?? null),
    keep: (note: Note) => {
      notes.push(note);
      return Promise.resolve();
    },
  };
  const feedback = { requestId: 'req_1', score: null, label: null, comment: null, reference: null, ...said };
  return { given: await giveFeedback(desk, feedback, { tenant, id: 'fb_1', atMs: 5, rules }), notes };
}

describe('a feedback that is given', () => {
  test('is a note about its call, with the model that answered', async () => {
    const { given, notes } = await give({
      score: 0.5,
      label: 'meh',
      comment: 'Too long.',
      reference: { label: 'bug' },
    });
    assert.deepEqual(notes, [
      {
        id: 'fb_1',
        kind: 'feedback',
        atMs: 5,
        tenant: 'acme',
        task: 'triage',
        about: 'req_1',
        costs: [],
        body: {
          source: 'client',
          score: 0.5,
          label: 'meh',
          comment: 'Too long.',
          reference: { label: 'bug' },
          model: 'small',
        },
      },
    ]);
    assert.deepEqual(given, { id: 'fb_1', leftOut: [] });
  });

  test('is masked, all its texts with one numbering, and not where the configuration says so', async () => {
    const said = {
      label: 'ask bob@example.com',
      comment: 'bob@example.com and ann@example.com wrote it',
      reference: { to: ['ann@example.com'] },
    };
    const { notes } = await give(said);
    const { label, comment, reference } = notes[0]?.body ?? {};
    assert.deepEqual(
      { label, comment, reference },
      { label: 'ask <email-1>', comment: '<email-1> and <email-2> wrote it', reference: { to: ['<email-2>'] } },
    );
    const plain = await give(said, { rules: { ...OPEN, isMasked: false } });
    assert.equal(plain.notes[0]?.body['comment'], said.comment);
  });

  test('of a private call keeps no texts, and says which', async () => {
    const rules = { ...OPEN, isPrivate: ({ task }: { task: string | null }) => task === 'triage' };
    const { given, notes } = await give({ score: 0, comment: 'secret', reference: 'more' }, { rules });
    const { score, comment, reference } = notes[0]?.body ?? {};
    assert.deepEqual([score, comment, reference], [0, null, null]);
    assert.deepEqual(given.leftOut, ['comment', 'reference']);
    await assert.rejects(give({ comment: 'secret' }, { rules }), { code: 'invalid_request', param: 'comment' });
    assert.deepEqual((await give({ label: 'bad' }, { rules })).given.leftOut, []);
  });

  test('of a call of another tenant is refused in the very words that are said of no call', async () => {
    const messages: string[] = [];
    for (const asked of [give({ score: 1 }, { tenant: 'beta' }), give({ score: 1 }, { calls: [] })])
      await asked.then(
        () => assert.fail(),
        (error: TierlineError) => messages.push(`${error.code} ${error.message}`),
      );
    assert.deepEqual(
      messages,
      Array.from({ length: 2 }, () => "not_found Call with id 'req_1' not found."),
    );
  });
});

describe('the rules of a configuration', () => {
  const rules = (more: string): FeedbackRules =>
    feedbackRules(
      parseConfig(
        `providers: { simulated: {} }
models: { small: simulated/sim-small }
tasks: { notes: { private: true, route: small }, triage: { route: small } }
tenants: { discreet: { private: true } }
keys: { web: key-of-the-web, hush: { key: key-of-the-discreet, tenant: discreet } }
${more}`,
        { file: 'tierline.yaml', env: {} },
      ),
    );

  test('mask, unless capture says otherwise', () => {
    assert.deepEqual(
      ['', 'capture: { share: 1% }', 'capture: { share: 1%, mask: false }'].map((more) => rules(more).isMasked),
      [true, true, false],
    );
  });

  test('keep texts of what may be captured, and of nothing else', () => {
    const kept = (more: string): Json =>
      [
        { tenant: 'web', task: 'triage' },
        { tenant: 'web', task: null },
        { tenant: 'web', task: 'notes' },
        { tenant: 'discreet', task: 'triage' },
        { tenant: 'web', task: 'gone' },
      ].map((call) => !rules(more).isPrivate(call));
    assert.deepEqual(kept(''), [true, true, false, false, true]);
    assert.deepEqual(kept('capture: { share: 1%, tasks: [notes] }'), [true, true, true, false, true]);
  });
});
