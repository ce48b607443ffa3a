// The charts of one task, made of its profile: each with a name for its file. Everything in them is in the profile.
import { showCount, showDuration } from '../../ledger/display.ts';
import { placeModels } from '../profile/beaten.ts';
import { percent } from '../profile/verdict.ts';
import type { ReportTask } from './advice.ts';
import { showMoment } from './chart/axis.ts';
import { frontierChart } from './chart/frontier-chart.ts';
import { gateChart } from './chart/gate-chart.ts';
import { intervalChart } from './chart/interval-chart.ts';
import { spreadChart } from './chart/spread-chart.ts';
import type { Chart } from './chart/svg.ts';

export type FigureKind = 'frontier' | 'thresholds' | 'gates' | 'output' | 'latency';

export interface Figures {
  charts: { kind: FigureKind; chart: Chart }[];
}

/** `id` is unique in its page; `baseline` is the name of a model, null for none. A chart of nothing is left out. */
export function figuresOf(
  { profile, latencyBudgetMs }: Pick<ReportTask, 'profile' | 'latencyBudgetMs'>,
  { id, baseline }: { id: string; baseline: string | null },
): Figures['charts'] {
  const { task, models, thresholds, gates, recommendation } = profile;
  const placed = placeModels(models);
  const charts: Figures['charts'] = [];
  if (placed.length > 0) {
    const chart = frontierChart({
      id: `${id}-frontier`,
      task,
      models: placed.map(({ model: { model, passRate }, share, perCallNanoUsd, beaten }) => ({
        name: model,
        cost: perCallNanoUsd,
        share,
        low: passRate.low,
        high: passRate.high,
        isOnFrontier: beaten === null,
        isRecommended: model === recommendation.model,
        isBaseline: model === baseline,
      })),
      levels: [
        { share: thresholds.defaultFrom, name: `default from ${percent(thresholds.defaultFrom)}` },
        { share: thresholds.gatedFrom, name: `gated from ${percent(thresholds.gatedFrom)}` },
      ],
    });
    charts.push({ kind: 'frontier', chart });
  }
  if (models.length === 0) return charts;
  const rated = models.map(({ model, passRate }) => ({ name: model, ...passRate }));
  charts.push({
    kind: 'thresholds',
    chart: intervalChart({ id: `${id}-thresholds`, task, models: rated, ...thresholds }),
  });
  if (gates.length > 0) {
    const judged = models.map(({ model, byGate }) => ({ name: model, byGate }));
    charts.push({
      kind: 'gates',
      chart: gateChart({ id: `${id}-gates`, task, gates: [...new Set(gates)], models: judged }),
    });
  }
  const output = spreadChart({
    id: `${id}-output`,
    title: `${task}: length of answers in tokens`,
    rows: models.map(({ model, outputTokens }) => ({ name: model, values: outputTokens })),
    limit: null,
    show: showTokens,
    showMark: showTokens,
  });
  const latency = spreadChart({
    id: `${id}-latency`,
    title: `${task}: time to the complete answer`,
    rows: models.map(({ model, latencyMs }) => ({ name: model, values: latencyMs })),
    limit: latencyBudgetMs === null ? null : { value: latencyBudgetMs, name: 'latency budget' },
    show: showDuration,
    showMark: showMoment,
  });
  return [...charts, { kind: 'output', chart: output }, { kind: 'latency', chart: latency }];
}

export function showTokens(count: number): string {
  return showCount(Math.round(count));
}
