// Measures `tierline audit from-log` on a large log: CPU seconds, records a second and the most memory, for calls of a few programs and for calls
// that all have another prompt, which is the worst there is.
// Usage: node bench/audit.ts [--json] [--calls 200000]. A command, never a test.
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createCatalog } from '../src/catalog/catalog.ts';
import { createLadder } from '../src/lifecycle/audit/ladder.ts';
import { auditLogs } from '../src/lifecycle/audit/read-log.ts';
import { createRandom } from '../src/stats/random.ts';
import { round } from './measure.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean' }, calls: { type: 'string', default: '200000' } } });
const calls = Number(values.calls);
const random = createRandom(1);
const WORDS = Array.from(
  { length: 5000 },
  (_, index) => `word${String.fromCharCode(97 + (index % 26))}${index.toString(36)}`,
);
const words = (count: number): string =>
  Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]?.replaceAll(/\d/g, 'x')).join(' ');

const PROGRAMS = Array.from({ length: 12 }, () => words(60));

function lineOf(index: number, system: string): string {
  const messages = [
    { role: 'system', content: system },
    { role: 'user', content: words(80) },
  ];
  const usage = { prompt_tokens: 200 + (index % 90), completion_tokens: 20 + (index % 9) };
  const response = { model: 'gpt-4o', choices: [{ message: { role: 'assistant', content: words(15) } }], usage };
  return `${JSON.stringify({ id: `c${index}`, timestamp: 1_795_000_000 + index, request: { model: 'gpt-4o', messages }, response })}\n`;
}

async function run(name: string, systemOf: (index: number) => string): Promise<Record<string, number>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tierline-bench-'));
  try {
    const file = path.join(folder, 'log.jsonl');
    const stream = createWriteStream(file);
    for (let index = 0; index < calls; index++) {
      if (!stream.write(lineOf(index, systemOf(index)))) await once(stream, 'drain');
    }
    stream.end();
    await finished(stream);
    const before = process.cpuUsage();
    const ladder = createLadder(createCatalog(), { config: null, atMs: Date.now() });
    const { groups } = await auditLogs([file], { ladder });
    const { user, system } = process.cpuUsage(before);
    const cpu = (user + system) / 1e6;
    return {
      [`${name}_cpu_s`]: round(cpu),
      [`${name}_calls_per_s`]: round(calls / cpu),
      [`${name}_groups`]: groups.length,
      [`${name}_max_rss_mb`]: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const figures = {
  ...(await run(
    'programs',
    (index) => `${PROGRAMS[index % PROGRAMS.length] ?? ''} Today is 2026-11-${10 + (index % 20)}.`,
  )),
  ...(await run('unique', () => words(60))),
};
if (values.json === true) console.log(JSON.stringify(figures));
else console.table(figures);
