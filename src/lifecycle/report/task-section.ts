// One task of a report: its advice, its charts with the figures behind them, its models, and what is not known.
import { showCount, showDuration, UNKNOWN } from '../../ledger/display.ts';
import type { Distribution } from '../../stats/quantile.ts';
import { placeModels } from '../profile/beaten.ts';
import type { GateResult, ModelProfile } from '../profile/profile.ts';
import { percent } from '../profile/verdict.ts';
import type { Advice } from './advice.ts';
import { type Chart, inlineSvg } from './chart/svg.ts';
import { type Column, dataTable } from './data-table.ts';
import { type FigureKind, figuresOf, showTokens } from './figures.ts';
import { type Markup, markup, type Piece } from './markup.ts';
import { modelName, named, rangeOf, sentence, shareOf, takenChip, verdictChip } from './parts.ts';
import { unknownsOf } from './unknowns.ts';
import { counted, sayDifference, showThousand } from './words.ts';

/** `number` counts the tasks of the page from 1. */
export function taskSection(advice: Advice, number: number, baseline: string | null): Markup {
  const { profile, owner, latencyBudgetMs } = advice.task;
  const charts = figuresOf(advice.task, { id: `t${number}`, baseline });
  const unknowns = unknownsOf(advice, baseline);
  return markup`<section class="task" id="task-${number}" aria-labelledby="h-${number}"><h2 id="h-${number}">${named(profile.task)}</h2>
<p class="meta">${counted(profile.samples.count, 'sample')}, ${showCount(profile.samples.withReference)} with a reference; has to pass ${profile.gates.join(', ')}${owner !== null && markup`; owner ${owner}`}</p>
<p class="advice">${takenChip(advice)} ${sentence(profile.recommendation.say + sayMoney(advice))}</p>${profile.warnings.length > 0 && markup`<ul class="warnings">${profile.warnings.map((say) => markup`<li>${sentence(say)}</li>`)}</ul>`}
<div class="figures">${COLUMNS.map((kinds) => markup`<div>${charts.filter(({ kind }) => kinds.includes(kind)).map(({ kind, chart }) => figure(kind, chart, { models: profile.models, gates: profile.gates, latencyBudgetMs }))}</div>`)}</div>
${dataTable('Models, cheapest first', modelColumns, profile.models)}${beatenList(profile.models)}${unknowns.length > 0 && markup`<h3>What is not known</h3><ul class="unknown">${unknowns.map((say) => markup`<li>${sentence(say)}</li>`)}</ul>`}
</section>
`;
}

function sayMoney({ recommended, baseline, savedNanoUsd, savedShare }: Advice): string {
  if (recommended === null || baseline === null || savedNanoUsd === null) return '';
  if (recommended.model === baseline.model) return ' It is the baseline.';
  return ` Against ${baseline.model} that ${sayDifference(savedNanoUsd * 1000, savedShare)} per 1,000 calls.`;
}

const modelColumns: readonly Column<ModelProfile>[] = [
  { name: 'Model', cell: modelName },
  { name: 'Pass', isFigure: true, cell: ({ passRate }) => shareOf(passRate) },
  { name: 'Interval', isFigure: true, cell: ({ passRate }) => rangeOf(passRate) },
  { name: 'Verdict', cell: ({ verdict }) => verdictChip(verdict) },
  { name: '1,000 calls', isFigure: true, cell: ({ cost }) => showThousand(cost.perCallNanoUsd) },
  { name: '1,000 that pass', isFigure: true, cell: ({ cost }) => showThousand(cost.perPassNanoUsd) },
  { name: 'Tokens p50 / p95', isFigure: true, cell: ({ outputTokens }) => twoOf(outputTokens, showTokens) },
  { name: 'Time p50 / p95', isFigure: true, cell: ({ latencyMs }) => twoOf(latencyMs, showDuration) },
];

function twoOf(values: Distribution | null, show: (value: number) => string): string {
  return values === null ? UNKNOWN : `${show(values.p50)} / ${show(values.p95)}`;
}

function beatenList(models: readonly ModelProfile[]): Markup | null {
  const beaten = placeModels(models).flatMap(({ model, beaten }) => (beaten === null ? [] : [{ model, beaten }]));
  if (beaten.length === 0) return null;
  const items = beaten.map(
    ({ model, beaten }) => markup`<li><strong>${named(model.model)}</strong>: ${beaten.say}.</li>`,
  );
  return markup`<h3>Off the frontier</h3><ul class="beaten">${items}</ul>`;
}

interface Measured {
  models: readonly ModelProfile[];
  gates: readonly string[];
  latencyBudgetMs: number | null;
}

/** A chart with a sentence on how to read it, and its figures as a table behind it where no other table has them. */
function figure(kind: FigureKind, chart: Chart, measured: Measured): Markup {
  const { title, say } = CAPTIONS[kind];
  const budget =
    kind === 'latency' &&
    measured.latencyBudgetMs !== null &&
    ` The dashed line is the budget of ${showDuration(measured.latencyBudgetMs)}.`;
  const table = tableBehind(kind, measured);
  return markup`<figure class="${kind}"><figcaption><strong>${title}</strong> ${say}${budget}</figcaption>${inlineSvg(chart)}${table !== null && markup`<details><summary>Figures</summary>${table}</details>`}</figure>
`;
}

/** Side by side where there is room. */
const COLUMNS: readonly (readonly FigureKind[])[] = [
  ['frontier', 'gates'],
  ['thresholds', 'output', 'latency'],
];

const CAPTIONS: Readonly<Record<FigureKind, { title: string; say: string }>> = {
  frontier: {
    title: 'Cost against pass rate.',
    say: 'Up and to the left is better. The line is the best that a mixture of models reaches; a hollow point is beaten by it, the ringed one is recommended.',
  },
  thresholds: {
    title: 'How sure is that?',
    say: 'Dot: measured pass rate. Line: where the true one probably is. A verdict needs the whole line within one band.',
  },
  gates: { title: 'Gate by gate.', say: 'Share of the answers that each check lets pass.' },
  output: { title: 'Length of answers', say: 'in tokens of each model. It is what most of the cost comes from.' },
  latency: { title: 'Time to the complete answer.', say: '' },
};

function tableBehind(kind: FigureKind, { models, gates }: Measured): Markup | null {
  if (kind === 'gates') return gateTable(models, gates);
  if (kind === 'output')
    return spreadTable('Tokens of answers', models, { of: (model) => model.outputTokens, show: showTokens });
  if (kind === 'latency')
    return spreadTable('Time to the complete answer', models, { of: (model) => model.latencyMs, show: showDuration });
  return null;
}

function gateTable(models: readonly ModelProfile[], gates: readonly string[]): Markup {
  const rows = gates.flatMap((gate) =>
    models.flatMap(({ model, byGate }) => {
      const result = byGate.find((one) => one.gate === gate);
      return result === undefined ? [] : [{ model, result }];
    }),
  );
  const columns: Column<{ model: string; result: GateResult }>[] = [
    { name: 'Gate', cell: ({ result }) => result.gate },
    { name: 'Model', cell: ({ model }) => named(model) },
    { name: 'Asked', isFigure: true, cell: ({ result }) => showCount(result.judged) },
    { name: 'Passed', isFigure: true, cell: ({ result }) => showCount(result.passed) },
    {
      name: 'Share',
      isFigure: true,
      cell: ({ result }) => (result.judged === 0 ? UNKNOWN : percent(result.passed / result.judged)),
    },
    { name: 'No verdict', isFigure: true, cell: ({ result }) => showCount(result.broken) },
  ];
  return dataTable('What each gate lets pass', columns, rows);
}

interface Spread {
  of: (model: ModelProfile) => Distribution | null;
  show: (value: number) => string;
}

function spreadTable(caption: string, models: readonly ModelProfile[], { of, show }: Spread): Markup {
  const cell =
    (pick: (values: Distribution) => number) =>
    (model: ModelProfile): Piece => {
      const values = of(model);
      return values === null ? UNKNOWN : show(pick(values));
    };
  return dataTable<ModelProfile>(
    caption,
    [
      { name: 'Model', cell: ({ model }) => named(model) },
      { name: 'Mean', isFigure: true, cell: cell(({ mean }) => mean) },
      { name: 'p50', isFigure: true, cell: cell(({ p50 }) => p50) },
      { name: 'p90', isFigure: true, cell: cell(({ p90 }) => p90) },
      { name: 'p95', isFigure: true, cell: cell(({ p95 }) => p95) },
      { name: 'p99', isFigure: true, cell: cell(({ p99 }) => p99) },
      { name: 'Most', isFigure: true, cell: cell(({ max }) => max) },
    ],
    models,
  );
}
