// Alerts in the log: a sentence for people, or a line of JSON for what collects logs.
import type { Notice } from './active-alert.ts';
import { toLine, toMessage } from './message.ts';
import type { Sink } from './sink.ts';

/** `warn` gets one line for each notice. */
export function createLogSink(form: 'sentence' | 'json', warn: (line: string) => void): Sink {
  return {
    name: 'log',
    send: async (notice: Notice) => warn(form === 'json' ? JSON.stringify(toMessage(notice)) : toLine(notice)),
  };
}
