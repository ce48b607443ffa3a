// Alerts in Slack, by an incoming webhook. Nothing in a sentence may become a mention or a link, and no text may be longer than
// Slack takes: it refuses the whole message then.
import type { JsonObject } from '../../call/json.ts';
import type { Notice } from './active-alert.ts';
import { type PostParts, postJson } from './post.ts';
import type { Sink } from './sink.ts';

/** Slack's own limit for the text of a section. */
const MAX_TEXT = 3000;

/** The address of an incoming webhook holds its token. */
export function createSlackSink(url: string, parts: PostParts): Sink {
  return {
    name: `slack ${new URL(url).host}`,
    send: (notice, signal) => postJson({ url, body: JSON.stringify(toSlack(notice)), signal }, parts),
  };
}

/** The JSON of an incoming webhook: `text` for notifications, `blocks` for the channel. */
export function toSlack({ kind, sentence, alert }: Notice): JsonObject {
  const { rule, task, segment, firstMs } = alert;
  const head = headOf(kind, alert);
  const about = [rule, task, segment].filter((part) => part !== null).map((part) => escapeSlack(part, 200));
  const since = alert.isEvent ? '' : ` · since ${slackDate(firstMs)}`;
  const title = `${head.icon} *${head.word}*\n`;
  return {
    text: `${head.word}: ${escapeSlack(sentence, MAX_TEXT - 100)}`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: title + escapeSlack(sentence, MAX_TEXT - title.length) } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: about.join(' · ') + since }] },
    ],
  };
}

function headOf(kind: Notice['kind'], { severity }: Notice['alert']): { icon: string; word: string } {
  const word = severity === 'critical' ? 'Critical' : 'Warning';
  if (kind === 'recovered') return { icon: ':large_green_circle:', word: `Recovered (${word.toLowerCase()})` };
  const icon = severity === 'critical' ? ':red_circle:' : ':large_yellow_circle:';
  return { icon, word: kind === 'repeated' ? `${word}, still active` : word };
}

/** The time as its reader's clock shows it. */
function slackDate(atMs: number): string {
  const date = new Date(atMs);
  return `<!date^${Math.floor(atMs / 1000)}^{date_short_pretty} {time}|${date.toISOString()}>`;
}

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

/** The text with `&`, `<` and `>` escaped, cut to at most so many characters after that and never inside one. */
export function escapeSlack(text: string, maxLength: number): string {
  let escaped = '';
  for (const character of text) {
    const written = ENTITIES.get(character) ?? character;
    if (escaped.length + written.length > maxLength) return `${withoutLast(escaped)}…`;
    escaped += written;
  }
  return escaped;
}

/** Room for the dots. */
function withoutLast(escaped: string): string {
  return escaped.replace(/(?:&(?:amp|lt|gt);|[\s\S])$/u, '');
}
