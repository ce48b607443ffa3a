import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CallRow } from '../../call/row.ts';
import { callerOf, NotRecorded, RecordedView } from './recorded-view.ts';
import { attemptOf, rowOf } from './rows.fixture.ts';

const viewOf = (fields: Partial<CallRow> = {}): RecordedView =>
  new RecordedView(rowOf([attemptOf('small')], fields), () => 1000);
const callOf = (fields: Partial<CallRow> = {}) => callerOf(rowOf([attemptOf('small')], fields));
const lacks = (read: () => unknown, fact: string): void =>
  assert.throws(read, (error) => error instanceof NotRecorded && error.fact === fact);

describe('a row as a request', () => {
  test('says whether a tool loop is under way only where something tells', () => {
    const say = (reason: string): Partial<CallRow> => ({ asks: 'tools', reasons: [{ step: 'pin', say: reason }] });
    assert.equal(viewOf({ asks: '' }).isInToolLoop, false);
    assert.equal(viewOf(say('the session stays with small: a tool loop does not change its model')).isInToolLoop, true);
    assert.equal(viewOf(say('the session moves from small: $1 without a cache, $2 at mid')).isInToolLoop, false);
    lacks(() => viewOf({ asks: 'tools' }).isInToolLoop, 'whether a tool loop is under way');
    lacks(() => viewOf({ asks: null }).isInToolLoop, 'whether a tool loop is under way');
  });

  test('holds no signed blocks at the beginning of a session, nor where its messages are plain texts', () => {
    const later = { session: 's', messages: 5 };
    assert.equal(viewOf({ ...later, asks: '' }).signedBy, null);
    assert.equal(viewOf({ ...later, asks: 'parts?', messages: 1 }).signedBy, null);
    assert.equal(viewOf({ ...later, asks: 'parts?', session: null }).signedBy, null);
    lacks(() => viewOf({ ...later, asks: 'parts?' }).signedBy, 'whether it holds signed blocks');
    lacks(() => viewOf({ ...later, asks: 'signed' }).signedBy, 'whether it holds signed blocks');
  });

  test('knows the metadata that names task or session, and no other', () => {
    const { metadata } = viewOf();
    for (const name of ['task', 'tags', 'session', 'session_id', 'user_id']) assert.equal(metadata[name], undefined);
    lacks(() => metadata.app, 'metadata.app');
  });

  test('of vectors asks for vectors', () => {
    assert.equal(viewOf({ dialect: 'openai-embeddings' }).kind, 'embedding');
    assert.equal(viewOf().kind, 'chat');
  });

  test('has as many messages as the row says, or nobody knows', () => {
    assert.equal(viewOf({ messages: 4 }).messageCount, 4);
    lacks(() => viewOf({ messages: null }).messageCount, 'the number of messages');
  });
});

describe('the caller of a row', () => {
  test('names the task and the session of the row', () => {
    const { headers, tenant } = callOf({ session: 's-1', tenant: 'globex' });
    assert.deepEqual([tenant, headers['x-tierline-task'], headers['x-session-id']], ['globex', 'label', 's-1']);
    assert.equal(callOf({ task: null }).headers['x-tierline-task'], undefined);
    assert.equal(headers['thread-id'], undefined);
  });

  test('sent no ceiling that mattered, unless a reason speaks of one', () => {
    assert.equal(callOf().headers['x-tierline-max-cost-usd'], undefined);
    const say = 'small skipped: expected to cost $2, the header x-tierline-max-cost-usd allows $1';
    const { headers } = callOf({ reasons: [{ step: 'guard', say }] });
    lacks(() => headers['x-tierline-max-cost-usd'], 'the header x-tierline-max-cost-usd');
  });

  test('keeps path and other headers to itself', () => {
    lacks(() => callOf().path, 'the path');
    lacks(() => callOf().headers['x-app'], 'the header x-app');
  });
});
