// Reads comma-separated values with a header line (RFC 4180, October 2005): quoted cells may hold commas, line breaks and doubled quotes.

/** A row for each line after the first, by the names of the first. Throws Error for a quote that is never closed. */
export function readCsv(text: string): Record<string, string>[] {
  const [names, ...rows] = cellsOf(text.replace(/^\u{feff}/u, ''));
  if (names === undefined) return [];
  return rows
    .filter((row) => row.length > 1 || row[0] !== '')
    .map((row) => Object.fromEntries(names.map((name, index) => [name.trim(), row[index] ?? ''])));
}

function cellsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at);
    row.push(cell.value);
    at = cell.end;
    if (text[at] === ',') {
      at++;
      if (at < text.length) continue;
      row.push('');
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    rows.push(row);
    row = [];
  }
  return rows;
}

interface Cell {
  value: string;
  end: number;
}

function plainCell(text: string, start: number): Cell {
  let end = start;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') end++;
  return { value: text.slice(start, end), end };
}

function quotedCell(text: string, start: number): Cell {
  let value = '';
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) throw new Error('a quote is opened and never closed');
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') {
      // What stands between a closing quote and the next comma belongs to the cell, as spreadsheets have it.
      const rest = plainCell(text, quote + 1);
      return { value: value + rest.value, end: rest.end };
    }
    value += '"';
    at = quote + 2;
  }
}
