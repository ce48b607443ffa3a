import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traitsOf } from './openai-chat-model.ts';

test('what a model accepts is told by its name', () => {
  const reasoning = { takesSampling: false, takesStop: false, takesReasoning: true };
  const plain = { takesSampling: true, takesStop: true, takesReasoning: false };
  const unknown = { takesSampling: true, takesStop: true, takesReasoning: true };
  const table: [string[], object][] = [
    [['o1', 'o3-mini', 'gpt-5', 'gpt-5.4-mini', 'openai/gpt-5.5'], reasoning],
    [
      ['gpt-4o', 'gpt-4.1-nano', 'gpt-3.5-turbo', 'gpt-5-chat-latest', 'meta-llama/Llama-3.3-70B', 'mistral-large'],
      plain,
    ],
    [['gpt-mock', 'deepseek-reasoner', 'qwen3', 'openai/gpt-oss-120b', 'my-o3'], unknown],
  ];
  for (const [models, traits] of table) for (const model of models) assert.deepEqual(traitsOf(model), traits, model);
});
