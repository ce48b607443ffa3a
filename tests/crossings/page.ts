// docs/dialects.md, written from what the table found.
import type { ChatDialectName } from './played-call.ts';
import type { Cell, Table } from './table.ts';

const NAMES: Readonly<Record<ChatDialectName, string>> = {
  'openai-chat': 'OpenAI chat completions',
  'openai-responses': 'OpenAI responses',
  'anthropic-messages': 'Anthropic messages',
  gemini: 'Gemini',
};

const HEAD = `# What crosses between dialects

<!-- Written by \`npm run dialects\` from what tests/crossings finds; a test compares. -->

A request whose client and provider speak the same dialect keeps its bytes; everything the provider knows passes. Between two
dialects it goes through a neutral form. Each table is one dialect of clients, its columns are what the provider speaks
([its \`dialect\`](configuration.md#providers); OpenAI itself speaks both of OpenAI's). Every cell was carried there and back,
as a whole answer and as a stream, which make no difference:

- **yes**: it arrives as it was said, and the answer comes back as it was given.
- **yes**, with a word behind it: it arrives in the provider's own way.
- **lossy**, with what is lost: in those words it stands in \`x-tierline-losses\` and in the ledger. Places count
  from 0: \`tools[1]\` is the second tool. With \`strict: true\` such a request is refused (\`lossy_translation\`).
- **refused**, with the [code](errors.md): nothing is sent.
- Empty: the client's dialect has no word for it.
`;

export function writePage(tables: readonly Table[]): string {
  return `${HEAD}\n${tables.map(section).join('\n')}`;
}

function section({ from, rows }: Table): string {
  const columns = Object.keys(NAMES) as ChatDialectName[];
  const lines = rows.map(
    ({ feature, cells }) => `| ${[feature, ...columns.map((to) => word(cells[to]))].join(' | ')} |`,
  );
  return `## ${NAMES[from]} clients

| asked, or answered | ${columns.map((to) => NAMES[to]).join(' | ')} |
|${'---|'.repeat(columns.length + 1)}
${lines.join('\n')}
`;
}

function word(cell: Cell): string {
  switch (cell.kind) {
    case 'passes':
      return 'yes';
    case 'otherwise':
      return `yes: ${cell.what}`;
    case 'lossy':
      return `lossy: ${cell.what}`;
    case 'refused':
      return `refused: \`${cell.what}\``;
    case '-':
      return '';
  }
}
