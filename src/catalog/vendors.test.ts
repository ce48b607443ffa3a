import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { vendorOf } from './vendors.ts';

describe('the vendor of a provider', () => {
  it('is the one its host belongs to', () => {
    assert.equal(vendorOf('main', 'https://api.openai.com/v1'), 'openai');
    assert.equal(vendorOf('eu', 'https://acme.openai.azure.com/openai/v1'), 'azure');
    assert.equal(vendorOf('x', 'https://us-central1-aiplatform.googleapis.com/v1'), 'google');
    assert.equal(vendorOf('x', 'https://bedrock-runtime.eu-west-1.amazonaws.com'), 'aws');
  });

  it('is not misled by the name when the host is known', () => {
    assert.equal(vendorOf('openai', 'https://openrouter.ai/api/v1'), 'openrouter');
  });

  it("is that of the name at an address that is nobody's", () => {
    assert.equal(vendorOf('openai', 'http://127.0.0.1:8000/v1'), 'openai');
    assert.equal(vendorOf('Gemini'), 'google');
    assert.equal(vendorOf('local', 'http://127.0.0.1:8000/v1'), 'local');
    assert.equal(vendorOf('local', null), 'local');
    assert.equal(vendorOf('local', 'not a url'), 'local');
  });

  it('is not guessed from a host that only looks alike', () => {
    assert.equal(vendorOf('proxy', 'https://api.openai.com.example.org/v1'), 'proxy');
    assert.equal(vendorOf('proxy', 'https://notapi.openai.com/v1'), 'proxy');
  });
});
