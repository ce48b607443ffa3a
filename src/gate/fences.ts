// The Markdown of an answer: its fenced blocks, and its prose without them.

export interface Block {
  /** First word after the fence, in lower case; empty when there is none. */
  tag: string;
  code: string;
  /** False when the answer ended inside. */
  isClosed: boolean;
}

interface Split {
  blocks: Block[];
  prose: string;
}

/** A fence is three or more backticks or tildes, indented at most three spaces; it ends with as many of the same. */
export function splitFences(text: string): Split {
  const blocks: Block[] = [];
  const prose: string[] = [];
  let open: { fence: string; tag: string; lines: string[] } | null = null;
  for (const line of text.split(/\r?\n/)) {
    if (open === null) {
      const [, fence = '', info = ''] = /^ {0,3}(`{3,}|~{3,})([^`]*)$/.exec(line) ?? [];
      if (fence === '') prose.push(line);
      else open = { fence, tag: tagOf(info.trim()), lines: [] };
    } else if (isEnd(line, open.fence)) {
      blocks.push({ tag: open.tag, code: open.lines.join('\n'), isClosed: true });
      open = null;
    } else open.lines.push(line);
  }
  if (open !== null) blocks.push({ tag: open.tag, code: open.lines.join('\n'), isClosed: false });
  return { blocks, prose: prose.join('\n') };
}

function tagOf(info: string): string {
  return /^\{?\.?([\w+#-]+)/.exec(info)?.[1]?.toLowerCase() ?? '';
}

function isEnd(line: string, fence: string): boolean {
  const mark = line.trim();
  return mark.length >= fence.length && mark === (fence[0] as string).repeat(mark.length);
}
