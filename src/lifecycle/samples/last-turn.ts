// The last words of the user in a request, and the request with other words in their place. Everything else of it stays as it is.
import { isObject, type Json, type JsonObject } from '../../call/json.ts';

/** Null when the request has no words of a user to replace. */
export function withLastTurn(request: JsonObject, text: string): JsonObject | null {
  if (typeof request.input === 'string') return { ...request, input: text };
  for (const list of ['messages', 'input']) {
    const items = request[list];
    if (!Array.isArray(items)) continue;
    for (let at = items.length - 1; at >= 0; at--) {
      const item = items[at];
      const content = isObject(item) && item.role === 'user' ? withText(item.content, text) : null;
      if (content !== null) return { ...request, [list]: items.with(at, { ...(item as JsonObject), content }) };
    }
  }
  return null;
}

/** Of several parts of text the first holds the new one, and the others go. */
function withText(content: Json | undefined, text: string): Json | null {
  if (typeof content === 'string') return text;
  if (!Array.isArray(content)) return null;
  const first = content.findIndex(isText);
  if (first === -1) return null;
  return content.flatMap((part, index) => {
    if (!isText(part)) return [part];
    return index === first ? [{ ...(part as JsonObject), text }] : [];
  });
}

function isText(part: Json): boolean {
  return isObject(part) && (part.type === 'text' || part.type === 'input_text') && typeof part.text === 'string';
}
