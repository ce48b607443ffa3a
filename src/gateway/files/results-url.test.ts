import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownResultsUrl, writeResultsUrl } from './results-url.ts';

const HOST = { host: '127.0.0.1:4400' };
const write = (body: string, headers: Parameters<typeof writeResultsUrl>[1] = HOST): string =>
  writeResultsUrl(Buffer.from(body), headers).toString();

test('results lie at the gateway, as the client reaches it', () => {
  assert.equal(ownResultsUrl(HOST, 'b1'), 'http://127.0.0.1:4400/v1/messages/batches/b1/results');
  const proxied = { ...HOST, 'x-forwarded-proto': 'https, http', 'x-forwarded-host': 'llm.example.com' };
  assert.equal(ownResultsUrl(proxied, 'b1'), 'https://llm.example.com/v1/messages/batches/b1/results');
  assert.equal(ownResultsUrl({ ...HOST, 'x-forwarded-proto': 'javascript' }, 'b').slice(0, 7), 'http://');
});

test('only the address changes in a batch that has one', () => {
  const body = '{ "id":"b1", "results_url" : "https://api.anthropic.com/v1/messages/batches/b1/results", "x": 1.0 }';
  assert.equal(
    write(body),
    '{ "id":"b1", "results_url" : "http://127.0.0.1:4400/v1/messages/batches/b1/results", "x": 1.0 }',
  );
});

test('everything else stays as it is', () => {
  for (const body of [
    '{"id":"b1","results_url":null}',
    '{"id":"b1"}',
    '{"results_url":"https://x"}',
    '"results_url"',
    'no JSON with "results_url"',
  ])
    assert.equal(write(body), body);
});
