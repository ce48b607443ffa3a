import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTextType, toDataUrl, toMediaSource } from './media.ts';

test('data URLs become their bytes, other URLs stay', () => {
  const table: [string, object][] = [
    ['data:image/png;base64,AAAA', { kind: 'base64', mediaType: 'image/png', data: 'AAAA' }],
    ['DATA:IMAGE/PNG;BASE64,AAAA', { kind: 'base64', mediaType: 'image/png', data: 'AAAA' }],
    ['data:text/plain;charset=utf-8;base64,YQ==', { kind: 'base64', mediaType: 'text/plain', data: 'YQ==' }],
    ['data:image/svg+xml,%3Csvg%2F%3E', { kind: 'base64', mediaType: 'image/svg+xml', data: 'PHN2Zy8+' }],
    ['data:,a%', { kind: 'base64', mediaType: 'text/plain', data: 'YSU=' }],
    ['https://example.com/a.png', { kind: 'url', url: 'https://example.com/a.png' }],
  ];
  for (const [url, source] of table) assert.deepEqual(toMediaSource(url), source);
});

test('a large data URL is read without delay', () => {
  const data = 'A'.repeat(5_000_000);
  const source = toMediaSource(`data:image/png;base64,${data}`);
  assert.ok(source.kind === 'base64' && source.data.length === data.length);
  assert.equal(toDataUrl(source).length, data.length + 22);
});

test('text types are told from binary ones', () => {
  for (const type of ['text/csv', 'application/json', 'application/ld+json', 'application/xml'])
    assert.ok(isTextType(type), type);
  for (const type of ['application/pdf', 'image/png', 'application/msword', '']) assert.ok(!isTextType(type), type);
});
