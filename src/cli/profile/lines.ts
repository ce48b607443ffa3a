// Text that has to fit into a line of a terminal.

/** Lines of at most `width` columns, broken between words; all but the first are set in. A word that is longer stands alone. */
export function wrap(text: string, width: number, indent = 0): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S) /)) {
    if (line === '') line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    }
  }
  return [...lines, line];
}

/** A name of at most so many columns: its beginning and its end, because names differ at both. */
export function fitName(name: string, columns: number): string {
  const signs = Array.from(name);
  if (signs.length <= columns) return name;
  const head = Math.ceil((columns - 1) / 2);
  const tail = columns - 1 - head;
  return `${signs.slice(0, head).join('')}…${tail > 0 ? signs.slice(-tail).join('') : ''}`;
}
