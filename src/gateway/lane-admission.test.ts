import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuthenticate } from './auth.ts';
import { isLaneCall } from './lane-admission.ts';

const settings = { authenticate: createAuthenticate([{ key: 'k', tenant: 'a' }]), maxBodyBytes: 1_000_000 };

function isAdmitted(target: string, bodyBytes = 10, headers: Record<string, string> = {}): boolean {
  return isLaneCall({ target, bodyBytes, headers, headBytes: 100 }, settings);
}

test('calls travel on lanes, under both paths and with a query', () => {
  for (const path of ['/chat/completions', '/messages', '/v1/chat/completions', '/v1/messages'])
    for (const query of ['', '?', '?beta=true&x=/y']) assert.equal(isAdmitted(path + query), true, path + query);
});

test('no other target does', () => {
  const others = [
    '/',
    '/v1',
    '/v1/models',
    '/v1/messages/',
    '/v1/messages/count_tokens',
    '/v1/messagesx',
    '/x/v1/messages',
  ];
  const odd = [
    '//v1/messages',
    '/v2/messages',
    '/v1/chat/completions/x',
    '/V1/messages',
    '/v1/messages#a',
    '/v1/%6dessages',
  ];
  for (const target of [...others, ...odd]) assert.equal(isAdmitted(target), false, target);
});

test('a short body is read whoever sends it, a long one when its key is known', () => {
  assert.equal(isAdmitted('/v1/messages', 64 * 1024), true);
  assert.equal(isAdmitted('/v1/messages', 64 * 1024 + 1), false);
  assert.equal(isAdmitted('/v1/messages', 64 * 1024 + 1, { 'x-api-key': 'wrong' }), false);
  assert.equal(isAdmitted('/v1/messages', 64 * 1024 + 1, { 'x-api-key': 'k' }), true);
  assert.equal(isAdmitted('/v1/messages', 64 * 1024 + 1, { authorization: 'Bearer k' }), true);
});

test('no body above the limit is read, whoever sends it', () => {
  assert.equal(isAdmitted('/v1/messages', 1_000_000, { 'x-api-key': 'k' }), true);
  assert.equal(isAdmitted('/v1/messages', 1_000_001, { 'x-api-key': 'k' }), false);
  assert.equal(
    isLaneCall({ target: '/messages', bodyBytes: 11, headers: {}, headBytes: 9 }, { ...settings, maxBodyBytes: 10 }),
    false,
  );
});
