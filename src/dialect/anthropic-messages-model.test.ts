import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traitsOf } from './anthropic-messages-model.ts';

test('what a model accepts is told by the version in its name, in every spelling of it', () => {
  const oldest = { takesSampling: true, takesReasoning: false, thinksAdaptively: false, canStopThinking: true };
  const budget = { takesSampling: true, takesReasoning: true, thinksAdaptively: false, canStopThinking: true };
  const between = { takesSampling: true, takesReasoning: true, thinksAdaptively: true, canStopThinking: true };
  const newer = { takesSampling: false, takesReasoning: true, thinksAdaptively: true, canStopThinking: true };
  const newest = { takesSampling: false, takesReasoning: true, thinksAdaptively: true, canStopThinking: false };
  const table: [string[], object][] = [
    [['claude-3-haiku-20240307', 'claude-3-5-sonnet-20241022', 'claude-2.1', 'claude-instant-1.2'], oldest],
    [['claude-3-7-sonnet-latest'], budget],
    [['claude-sonnet-4-20250514', 'claude-opus-4@20250514', 'claude-opus-4-1-20250805', 'claude-sonnet-4-0'], budget],
    [['claude-haiku-4-5', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'anthropic/claude-sonnet-4.5'], budget],
    [['claude-sonnet-4-6', 'claude-opus-4-6'], between],
    [['claude-opus-4-7', 'anthropic/claude-opus-4.8'], newer],
    [['claude-opus-5', 'claude-fable-5-1', 'claude-sonnet-5-5-20261001'], newest],
    [['claude-mock', 'kimi-k2', 'MiniMax-M2'], budget],
  ];
  for (const [models, traits] of table) for (const model of models) assert.deepEqual(traitsOf(model), traits, model);
});
