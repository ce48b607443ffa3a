// Writes docs/dialects.md: `npm run dialects`.
import { writeFileSync } from 'node:fs';
import { writePage } from './page.ts';
import { carryAll } from './table.ts';

writeFileSync(new URL('../../docs/dialects.md', import.meta.url), writePage(await carryAll()));
