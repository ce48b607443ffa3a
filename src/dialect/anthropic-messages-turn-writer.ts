// Writes the conversation as Anthropic turns: user and assistant in alternation, beginning with the user, tool results
// first in their turn and in the order of the calls.
//
// An instruction in the middle of the conversation keeps its place. Anthropic's own clients may say it as a message of
// the role `system`, which only its newest models take; from other dialects it becomes marked text of the user turn,
// because moving it up into `system` would change what came before it and spoil the prompt cache.
import { type Block, writeBlock } from './anthropic-messages-block-writer.ts';
import type { Crossing } from './crossing.ts';
import type { NeutralMessage } from './neutral.ts';

export interface Turn {
  role: 'system' | 'user' | 'assistant';
  content: Block[];
}

export interface Conversation {
  system: Block[];
  turns: Turn[];
}

/** Throws TierlineError `unsupported` when nothing of a user turn, or of the whole conversation, can be sent. */
export function writeAnthropicConversation(crossing: Crossing): Conversation {
  const { request } = crossing;
  const system = request.system.map((part) => writeBlock(part, crossing, 'system')).filter((block) => block !== null);
  const turns: Turn[] = [];
  for (const [index, message] of request.messages.entries())
    addMessage(turns, message, { crossing, where: `messages[${index}]` });
  for (const [index, turn] of turns.entries()) if (turn.role === 'user') orderResults(turn, turns[index - 1]);
  if (turns.length === 0 && system.length > 0) {
    crossing.lose('system: sent as a user turn, because there is no other');
    return { system: [], turns: [{ role: 'user', content: system }] };
  }
  if (turns.length === 0) crossing.refuseEmptyTurn('messages');
  if (crossing.isForeign) mendEnds(turns, crossing);
  return { system, turns };
}

interface Place {
  crossing: Crossing;
  where: string;
}

function addMessage(turns: Turn[], message: NeutralMessage, { crossing, where }: Place): void {
  const content = message.parts.map((part) => writeBlock(part, crossing, where)).filter((block) => block !== null);
  crossing.extra(message.extra, where);
  if (message.name !== undefined) crossing.lose(`${where}: name`);
  if (content.length === 0) {
    const isBlank = message.parts.every((part) => part.type === 'text' && part.text.trim() === '');
    if (message.role === 'user' && !isBlank) crossing.refuseEmptyTurn(where);
    return;
  }
  if (message.role === 'system' && crossing.isForeign) {
    crossing.lose(`${where}: instruction in mid-conversation, sent as marked user text`);
    const text = content.map((block) => (typeof block.text === 'string' ? block.text : '')).join('\n\n');
    addBlocks(turns, 'user', [{ type: 'text', text: `<system>\n${text}\n</system>` }]);
  } else addBlocks(turns, message.role, content);
}

/** Consecutive messages of one role are one turn. */
function addBlocks(turns: Turn[], role: Turn['role'], content: Block[]): void {
  const last = turns.at(-1);
  if (last?.role === role) last.content.push(...content);
  else turns.push({ role, content });
}

function orderResults(turn: Turn, before: Turn | undefined): void {
  const results = turn.content.filter((block) => block.type === 'tool_result');
  if (results.length === 0) return;
  const calls = (before?.content ?? []).filter((block) => block.type === 'tool_use').map((block) => block.id);
  const position = (block: Block): number => {
    const at = calls.indexOf(block.tool_use_id);
    return at < 0 ? calls.length : at;
  };
  results.sort((a, b) => position(a) - position(b));
  turn.content = [...results, ...turn.content.filter((block) => block.type !== 'tool_result')];
}

/** Other providers let the assistant speak first, and let its last text end in white space. */
function mendEnds(turns: Turn[], crossing: Crossing): void {
  if (turns[0]?.role === 'assistant') {
    crossing.lose('messages: the assistant speaks first, a user turn was put before it');
    turns.unshift({ role: 'user', content: [{ type: 'text', text: 'Continue.' }] });
  }
  const last = turns.at(-1);
  const block = last?.role === 'assistant' ? last.content.at(-1) : undefined;
  if (block?.type === 'text' && typeof block.text === 'string') block.text = block.text.trimEnd();
}

/** Whether the turn that the model is to answer brings tool results. */
export function isInToolLoop(turns: readonly Turn[]): boolean {
  return turns.at(-1)?.content.some((block) => block.type === 'tool_result') ?? false;
}
