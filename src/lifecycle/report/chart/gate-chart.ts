// What of the answers each gate lets pass, gate by gate and model by model, as bars.
import { showCount, UNKNOWN } from '../../../ledger/display.ts';
import type { GateResult } from '../../profile/profile.ts';
import { percent } from '../../profile/verdict.ts';
import { type Markup, markup } from '../markup.ts';
import { type Chart, fitText, round } from './svg.ts';

export interface GateChartData {
  id: string;
  task: string;
  gates: readonly string[];
  models: readonly { name: string; byGate: readonly GateResult[] }[];
}

const WIDTH = 460;
const HEAD = 22;
const ROW = 19;
const ROOM = 8;
const NAMES = 112;
const VALUES = 128;

export function gateChart({ id, task, gates, models }: GateChartData): Chart {
  const group = HEAD + models.length * ROW + ROOM;
  const resultOf = (gate: string, byGate: readonly GateResult[]): GateResult | null =>
    byGate.find((result) => result.gate === gate) ?? null;
  const rows = gates.map((gate, index) => {
    const bars = models.map(({ name, byGate }, at) =>
      drawBar({ name, result: resultOf(gate, byGate) }, index * group + HEAD + at * ROW),
    );
    return markup`<g><text class="strong" x="0" y="${index * group + 14}">${fitText(gate, WIDTH, 12)}</text>${bars}</g>`;
  });
  const said = gates.map((gate) => {
    const each = models.map(({ name, byGate }) => `${name} ${sayResult(resultOf(gate, byGate))}`);
    return `${gate}: ${each.join(', ')}`;
  });
  return {
    id,
    title: `${task}: what each gate lets pass`,
    description: `${said.join('; ')}.`,
    width: WIDTH,
    height: Math.max(1, gates.length * group),
    body: markup`${rows}`,
  };
}

function drawBar({ name, result }: { name: string; result: GateResult | null }, y: number): Markup {
  const width = WIDTH - NAMES - VALUES;
  const share = shareOf(result);
  return markup`<g><title>${name}: ${sayResult(result)}</title><text x="0" y="${y + 12}">${fitText(name, NAMES - 10)}</text><rect class="track" x="${NAMES}" y="${y + 2}" width="${width}" height="12" rx="2"/>${share !== null && markup`<rect class="bar" x="${NAMES}" y="${y + 2}" width="${round(width * share)}" height="12" rx="2"/>`}<text class="small" x="${NAMES + width + 8}" y="${y + 12}">${share === null ? UNKNOWN : percent(share)}<tspan class="muted">${sayRefused(result)}</tspan></text></g>`;
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
