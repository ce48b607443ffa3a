// What a router is worth as one HTML page for people who decide. It has no script and asks nobody for anything.
import type { PairAssessment } from '../../../learn/assess/assess.ts';
import { type Chart, inlineSvg } from '../../../lifecycle/report/chart/svg.ts';
import { framed } from '../../../lifecycle/report/frame.ts';
import { type Markup, markup } from '../../../lifecycle/report/markup.ts';
import { named, sentence } from '../../../lifecycle/report/parts.ts';
import type { AssessedRouter } from '../assessed-router.ts';
import { verdictOf } from '../verdict.ts';
import { percentOf } from '../words.ts';
import { calibrationChart } from './calibration-chart.ts';
import { costChart } from './cost-chart.ts';
import { gapChart } from './gap-chart.ts';
import { lineStyle } from './line-style.ts';
import { method } from './method.ts';
import { averageTable, modelTable, pairTable, policyTable, variantTable } from './tables.ts';

/** The whole page. The same assessment gives the same page. */
export function assessmentPage(assessed: AssessedRouter): string {
  const { assessment, variants, data } = assessed;
  return framed({
    eyebrow: 'tierline evaluate --router',
    title: 'What the router is worth',
    meta: meta(assessed),
    style: lineStyle,
    body: markup`${lead(assessed)}${curves(assessed)}${assessment.pair !== null && pairSection(assessment.pair)}${chances(assessed)}${
      variants.length > 0 &&
      markup`<section><h2>Does it hang on how rows are graded?</h2>${variantTable(variants, data.label)}</section>
`
    }${method(assessed)}`,
  });
}

function meta({ router, data }: AssessedRouter): Markup {
  return markup`<p class="meta">${named(router.file)} (${router.id}), trained ${router.made.slice(0, 10)}; on ${data.rows} rows of ${data.files.join(', ')}, label ${data.label}</p>`;
}

function lead(assessed: AssessedRouter): Markup {
  const [first = '', ...rest] = verdictOf(assessed);
  const { notes, assessment } = assessed;
  return markup`<section class="lead" aria-label="Summary"><p class="headline">${sentence(first)}</p>${rest.length > 0 && markup`<p>${sentence(rest.join(' '))}</p>`}
${notes.length > 0 && markup`<ul class="warnings">${notes.map((note) => markup`<li>${sentence(note)}</li>`)}</ul>`}${assessment.policy !== null && policyTable(assessment.policy)}</section>
`;
}

function drawn(chart: Chart, caption: Markup): Markup {
  return markup`<figure><figcaption><strong>${chart.title}</strong> ${caption}</figcaption>${inlineSvg(chart)}</figure>`;
}

function curves({ assessment: { policy, pair } }: AssessedRouter): Markup | null {
  const figures = [
    ...(policy === null
      ? []
      : [
          drawn(
            costChart(policy),
            markup`The further up and to the left, the better. What lies under the thin line is beaten by sending requests to models at random.`,
          ),
        ]),
    ...(pair === null || pair.promptOnly.gap.length === 0
      ? []
      : [
          drawn(
            gapChart(pair),
            markup`0 % is ${named(pair.weak)}, 100 % is ${named(pair.strong)}. The straight line is chance; the further above it, the more a router knows.`,
          ),
        ]),
  ];
  if (figures.length === 0) return null;
  return markup`<section><h2>What can be had</h2><div class="figures">${figures}</div>${policy !== null && averageTable(policy)}</section>
`;
}

function pairSection(pair: PairAssessment): Markup {
  const { weak, strong, rows, quality } = pair;
  return markup`<section><h2>Between two models</h2><p>${named(weak)} is right on ${sentence(percentOf(quality.weak))}, ${named(strong)} on ${sentence(percentOf(quality.strong))} of ${rows} rows. The first lines are the router; the others are what it has to beat.</p>
${pairTable(pair)}</section>
`;
}

function chances({ assessment: { models } }: AssessedRouter): Markup {
  const charts = models.filter(({ rows }) => rows > 0).map((model, at) => calibrationChart(model, at));
  return markup`<section><h2>Can its chances be believed?</h2><p>Points on the diagonal say what is so. Each point is a tenth of the answers; with few rows they scatter.</p>
<div class="figures small">${charts.map((chart) => markup`<figure><figcaption><strong>${chart.title}</strong></figcaption>${inlineSvg(chart)}</figure>`)}</div>${modelTable(models)}</section>
`;
}
