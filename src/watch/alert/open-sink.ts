// The sink that the configuration describes.
import type { SinkConfig } from '../../config/alerts-config.ts';
import { createLogSink } from './log-sink.ts';
import type { PostParts } from './post.ts';
import type { Sink } from './sink.ts';
import { createSlackSink } from './slack-sink.ts';
import { createWebhookSink } from './webhook-sink.ts';

/** Sends nothing yet. */
export function openSink(config: SinkConfig, parts: PostParts & { warn: (line: string) => void }): Sink {
  switch (config.kind) {
    case 'log':
      return createLogSink(config.form, parts.warn);
    case 'webhook':
      return createWebhookSink(config, parts);
    case 'slack':
      return createSlackSink(config.url, parts);
  }
}
