// What of the answers each gate lets pass, gate by gate and model by model, as bars.
import { showCount, UNKNOWN } from '../../../ledger/display.ts';
import type { GateResult } from '../../profile/profile.ts';
import { percent } from '../../profile/verdict.ts';
import { type Markup, markup } from '../markup.ts';
import { type Chart, fitNames, fitText, round } from './svg.ts';

export interface GateChartData {
  id: string;
  task: string;
  gates: readonly string[];
  models: readonly { name: string; byGate: readonly GateResult[] }[];
}

const WIDTH = 400;
const HEAD = 22;
const ROW = 19;
const ROOM = 8;
const NAMES = 118;
const VALUES = 142;
const QUIET = 260;

export function gateChart({ id, task, gates, models }: GateChartData): Chart {
  const resultOf = (gate: string, byGate: readonly GateResult[]): GateResult | null =>
    byGate.find((result) => result.gate === gate) ?? null;
  const labels = fitNames(
    models.map(({ name }) => name),
    NAMES - 8,
  );
  let y = 0;
  const groups: Markup[] = [];
  const said: string[] = [];
  for (const gate of gates) {
    const bars = models.map(({ name, byGate }, at) => ({
      name,
      label: labels[at] as string,
      result: resultOf(gate, byGate),
    }));
    const isQuiet = bars.every(({ result }) => shareOf(result) === 1);
    groups.push(isQuiet ? drawQuiet(gate, y) : drawGroup(gate, bars, y));
    said.push(`${gate}: ${bars.map(({ name, result }) => `${name} ${sayResult(result)}`).join(', ')}`);
    y += isQuiet ? HEAD : HEAD + models.length * ROW + ROOM;
  }
  const title = `${task}: what each gate lets pass`;
  return {
    id,
    title,
    description: `${said.join('; ')}.`,
    width: WIDTH,
    height: Math.max(1, y),
    body: markup`${groups}`,
  };
}

interface Bar {
  name: string;
  label: string;
  result: GateResult | null;
}

/** Bars that are all full say no more than a line. */
function drawQuiet(gate: string, y: number): Markup {
  return markup`<g><text x="0" y="${y + 14}"><tspan class="strong">${fitText(gate, QUIET)}</tspan><tspan class="muted small" dx="8">lets everything pass</tspan></text></g>`;
}

function drawGroup(gate: string, bars: readonly Bar[], y: number): Markup {
  return markup`<g><text class="strong" x="0" y="${y + 14}">${fitText(gate, WIDTH)}</text>${bars.map((bar, at) => drawBar(bar, y + HEAD + at * ROW))}</g>`;
}

function drawBar({ name, label, result }: Bar, y: number): Markup {
  const width = WIDTH - NAMES - VALUES;
  const share = shareOf(result);
  return markup`<g><title>${name}: ${sayResult(result)}</title><text x="0" y="${y + 12}">${label}</text><rect class="track" x="${NAMES}" y="${y + 2}" width="${width}" height="12" rx="2"/>${share !== null && markup`<rect class="bar" x="${NAMES}" y="${y + 2}" width="${round(width * share)}" height="12" rx="2"/>`}<text class="small" x="${NAMES + width + 8}" y="${y + 12}">${share === null ? UNKNOWN : percent(share)}<tspan class="muted">${sayRefused(result)}</tspan></text></g>`;
}

function sayRefused(result: GateResult | null): string {
  if (result === null || result.judged === result.passed) return '';
  return `  ${showCount(result.judged - result.passed)} of ${showCount(result.judged)} refused`;
}

function shareOf(result: GateResult | null): number | null {
  return result === null || result.judged === 0 ? null : result.passed / result.judged;
}

function sayResult(result: GateResult | null): string {
  const share = shareOf(result);
  if (result === null || share === null) return 'was not asked';
  return `${showCount(result.passed)} of ${showCount(result.judged)} (${percent(share)})`;
}
