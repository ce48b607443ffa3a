// Reads an answer for the gates while it passes by: wraps a carriage so that every reply is also decoded. The bytes that
// go to the client are the ones the carriage makes; nothing here changes them.
import { createParser } from 'eventsource-parser';
import type { Answer } from '../gate/gate.ts';
import { AnswerBuilder, toAnswer } from '../judged.ts';
import type { Carriage, StreamPipe } from '../provider/carriage.ts';

export class Watch {
  /** The answer as far as it has come. */
  answer: Answer = new AnswerBuilder().answer;
  /** Events that brought text, thoughts or arguments: each stands for one token at least. */
  tokens = 0;

  /** The carriage, watched. The answer starts afresh. */
  over(carriage: Carriage): Carriage {
    this.answer = new AnswerBuilder().answer;
    this.tokens = 0;
    return {
      ...carriage,
      openPipe: () => this.pipe(carriage),
      readReply: (body) => {
        this.answer = toAnswer(carriage.dialect.decodeReply(body));
        return carriage.readReply(body);
      },
    };
  }

  private pipe(carriage: Carriage): StreamPipe {
    const builder = new AnswerBuilder();
    this.answer = builder.answer;
    this.tokens = 0;
    const decoder = carriage.dialect.createDecoder();
    const text = new TextDecoder();
    const parser = createParser({
      onEvent: ({ event, data }) => {
        for (const neutral of decoder.push({ event: event ?? '', data })) {
          if (neutral.type === 'text' || neutral.type === 'thinking' || neutral.type === 'tool_arguments')
            this.tokens++;
          builder.push(neutral);
        }
      },
    });
    const inner = carriage.openPipe();
    return {
      facts: inner.facts,
      get state() {
        return inner.state;
      },
      get closing() {
        return inner.closing;
      },
      push: (chunk) => {
        const feed = text.decode(chunk, { stream: true });
        // First the bytes, then the meaning: the carriage may own and change what it was given.
        const bytes = inner.push(chunk);
        parser.feed(feed);
        return bytes;
      },
      end: () => {
        // Some servers leave out the blank line after their last event.
        parser.feed('\n\n');
        inner.end();
      },
    };
  }
}
