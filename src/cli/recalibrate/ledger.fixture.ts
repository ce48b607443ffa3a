// What the tests of recalibrations share: a folder with a configuration and a real ledger of calls, canaries, grades and feedback.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Note } from '../../call/note.ts';
import type { CallRow } from '../../call/row.ts';
import { toUsage } from '../../call/usage.ts';
import { loadConfig } from '../../config/load.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { attemptOf, rowOf } from '../../lifecycle/simulate/rows.fixture.ts';
import { createRandom } from '../../stats/random.ts';
import { hear } from '../heard.fixture.ts';
import { type RecalibrateCommandOptions, recalibrateCommand } from '../recalibrate.ts';

export const NOW_MS = Date.UTC(2026, 10, 2, 12);
const DAY_MS = 86_400_000;

export const CONFIG = `# Kept as it is.
providers: { p: { dialect: openai, base_url: "http://127.0.0.1:9/v1", api_key: k } }
models:
  small: { use: p/up-small, tier: small, price: { input: 1, output: 2 } }
  big: { use: p/up-big, tier: frontier, price: { input: 10, output: 20 } }
tasks:
  label:
    output: { typical_tokens: 40, pass_rate: 90% } # as it was at launch
    accept:
      - finish: any
      - confidence: { at: /c, min: 50% } # how sure it says it is
    route: { cascade: [small, big] }
`;

export interface Made {
  calls?: number;
  /** How likely an answer is right that is sure by so much. */
  rightAt?: (score: number, call: { tenant: string; language: string }) => number;
  /** Tokens of an answer. */
  tokensOf?: (random: () => number) => number;
  /** Share of the accepted answers with a canary. */
  canaries?: number;
  days?: number;
  more?: readonly Note[];
}

export interface Place {
  folder: string;
  file: string;
  ledger: string;
}

/** Small is sure by anything from 0.3 on; below 0.5 big answers. Canaries tell whether what small said is right. */
export function makeTraffic(made: Made, seed = 1): { rows: CallRow[]; notes: Note[] } {
  const { calls = 1200, rightAt = () => 0.97, tokensOf = () => 40, canaries = 0.5, days = 20 } = made;
  const random = createRandom(seed);
  const rows: CallRow[] = [];
  const notes: Note[] = [];
  for (let at = 0; at < calls; at++) {
    const id = `req_${seed}_${String(at).padStart(5, '0')}`;
    const atMs = NOW_MS - days * DAY_MS * (1 - at / calls) - 1;
    const tenant = ['acme', 'beta', 'gamma'][Math.floor(3 * random())] ?? '';
    const language = random() < 0.3 ? 'de' : 'en';
    const score = Math.round((0.3 + 0.7 * random()) * 1000) / 1000;
    const isSure = score >= 0.5;
    const usage = toUsage({ inputTokens: 500, outputTokens: Math.round(tokensOf(random)) });
    const verdicts = [{ gate: 'confidence', pass: isSure, score, reason: '', costNanoUsd: 0 }];
    const small = attemptOf('small', { verdicts, usage, costNanoUsd: 600_000 });
    const big = attemptOf('big', { usage, costNanoUsd: 6_000_000 });
    rows.push({
      ...rowOf(isSure ? [small] : [small, big], { atMs, tenant }),
      id,
      planned: ['small', 'big'],
      escalated: !isSure,
    });
    const isRight = random() < rightAt(score, { tenant, language });
    if (!isSure || random() >= canaries) continue;
    notes.push(
      canaryOf(id, {
        atMs: atMs + 1000,
        tenant,
        gap: isRight ? 0 : -1,
        segments: [`tenant:${tenant}`, `language:${language}`],
      }),
    );
  }
  return { rows, notes };
}

export function canaryOf(
  about: string,
  {
    atMs,
    tenant = 'acme',
    gap,
    segments = [],
  }: { atMs: number; tenant?: string; gap: number | null; segments?: string[] },
): Note {
  return {
    id: `can_${about}`,
    kind: 'canary',
    atMs,
    tenant,
    task: 'label',
    about,
    costs: [{ model: 'big', tier: 'frontier', provider: 'p', nanoUsd: 6_000_000 }],
    body: { model: 'small', reference: 'big', how: 'accept', gap, segments },
  };
}

export async function place(scope: { after: (end: () => void) => void }, made: Made, config = CONFIG): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'recalibrate-'));
  scope.after(() => rmSync(folder, { recursive: true, force: true }));
  const { rows, notes } = makeTraffic(made);
  const ledger = join(folder, 'ledger.db');
  const open = openLedger({ path: ledger });
  for (const row of rows) void open.record(row);
  for (const note of [...notes, ...(made.more ?? [])]) void open.note(note);
  await open.close();
  const file = join(folder, 'tierline.yaml');
  writeFileSync(file, config);
  return { folder, file, ledger };
}

export interface Ran {
  code: number;
  text: string;
  warnings: string[];
  /** What stands in the file afterwards. */
  written: string;
}

export async function run(
  { folder, file, ledger }: Place,
  more: Partial<RecalibrateCommandOptions> = {},
): Promise<Ran> {
  const { io, text, warnings } = hear();
  const config = loadConfig({ path: file, env: {} });
  const options = {
    config,
    tasks: [],
    ledger,
    since: '90d',
    halfLifeMs: 14 * DAY_MS,
    maxLoss: 0.03,
    nowMs: NOW_MS,
    env: {},
    cwd: folder,
  };
  const code = await recalibrateCommand({ ...options, ...more }, io);
  return { code, text: text(), warnings, written: readFileSync(file, 'utf8') };
}
