// Which files at a provider a body refers to, in whatever dialect and place: providers read a `file_id` in messages, in their
// tools and in parts that nobody here has heard of. Reads only; whose the files are is decided elsewhere.
import { isObject, type Json } from '../call/json.ts';
import { isWritten } from './written.ts';

/** Members that hold what clients and models wrote for themselves: no provider looks for files there. */
const OWN_DATA: ReadonlySet<string> = new Set(['metadata', 'labels', 'parameters', 'input_schema', 'schema']);

/** The ids in a JSON text that has been checked, each once. */
export function fileIdsIn(body: Buffer): string[] {
  if (!isWritten(body, '"file_id')) return [];
  const ids = new Set<string>();
  look(JSON.parse(body.toString('utf8')) as Json, ids);
  return [...ids];
}

function look(json: Json | undefined, ids: Set<string>): void {
  if (Array.isArray(json)) for (const item of json) look(item, ids);
  if (!isObject(json)) return;
  const isCall = typeof json.type === 'string' && json.type.endsWith('tool_use');
  for (const [key, value] of Object.entries(json)) {
    if (OWN_DATA.has(key) || (isCall && key === 'input')) continue;
    const named = key === 'file_id' ? [value] : key === 'file_ids' && Array.isArray(value) ? value : [];
    for (const id of named) if (typeof id === 'string') ids.add(id);
    look(value, ids);
  }
}
