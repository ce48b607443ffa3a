// The ways a client can name its task, ours and those that other gateways have taught it.
import type { Caller, View } from '../call/view.ts';

export interface NamedTask {
  name: string;
  /** Where the name was found, for the reasons. */
  from: string;
  /** An unknown name is an error (`auto/nope`), not a label that may mean nothing here. */
  binding: boolean;
}

/** The task the client names, null when it names none. Order: header, model name, metadata, LiteLLM tags. */
export function namedTask(view: Pick<View, 'model' | 'metadata'>, caller: Pick<Caller, 'headers'>): NamedTask | null {
  const header = one(caller.headers['x-tierline-task']);
  if (header !== null) return { name: header, from: 'header x-tierline-task', binding: false };
  if (view.model.startsWith('auto/')) return { name: view.model.slice(5), from: 'the model name', binding: true };
  const task = view.metadata.task;
  if (task !== undefined) return { name: task, from: 'metadata.task', binding: false };
  const tags = one(caller.headers['x-litellm-tags']) ?? view.metadata.tags ?? null;
  const tag = tags?.split(',')[0]?.trim();
  return tag ? { name: tag, from: 'the first tag', binding: false } : null;
}

function one(value: string | string[] | undefined): string | null {
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined || text === '' ? null : text;
}
