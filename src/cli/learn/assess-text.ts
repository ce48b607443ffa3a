// The assessment of a router as tables for a terminal.
import Table from 'cli-table3';
import type { PairAssessment } from '../../learn/assess/assess.ts';
import type { RouterFigures } from '../../learn/assess/assess-pair.ts';
import type { PolicyFigures } from '../../learn/assess/assess-policy.ts';
import type { Figure } from '../../learn/assess/figures.ts';
import type { AssessedRouter } from './assess.ts';

export function assessmentText({ router, data, assessment, variants }: AssessedRouter): string {
  const blocks = [
    `${router.file} (${router.id}) on ${data.rows} rows of ${data.files.join(', ')}, label ${data.label}${data.without.length > 0 ? `, without ${data.without.join(', ')}` : ''}`,
    modelTable(assessment.models),
  ];
  if (assessment.pair !== null) blocks.push(pairText(assessment.pair));
  for (const { label, without, assessment: other } of variants) {
    if (other.pair === null) continue;
    const said = without.length > 0 ? `without ${without.join(', ')}` : `label ${label}`;
    const { promptOnly, gated, against, rows } = other.pair;
    const gate = gated === null ? '' : `, with a gate ${figure(gated.apgr)}`;
    blocks.push(
      `The same, ${said} (${rows} rows): APGR from the request ${figure(promptOnly.apgr)}${gate}; length ${figure(against.length.apgr)}.`,
    );
  }
  if (assessment.policy !== null) blocks.push(policyText(assessment.policy));
  return blocks.join('\n\n');
}

function table(head: string[], rows: string[][]): string {
  const made = new Table({ head, style: { head: [], border: [], compact: true } });
  made.push(...rows);
  return made.toString();
}

function modelTable(models: AssessedRouter['assessment']['models']): string {
  return table(
    ['model', 'quality', '$ per 1000', 'AUC before', 'after', 'Brier', 'after', 'calibration', 'after'],
    models.map(({ model, quality, costUsd, before, after }) => [
      model,
      percent(quality),
      costUsd === null ? 'unknown' : (1000 * costUsd).toFixed(4),
      three(before.auc),
      three(after?.auc ?? null),
      three(before.brier),
      three(after?.brier ?? null),
      three(before.calibrationError),
      three(after?.calibrationError ?? null),
    ]),
  );
}

function pairText({ weak, strong, rows, quality, promptOnly, gated, agreement, against }: PairAssessment): string {
  const line = (name: string, figures: RouterFigures): string[] => [
    name,
    figure(figures.apgr),
    three(figures.apgrGrid.value),
    share(figures.cpt50),
    share(figures.cpt80),
    share(figures.savingEqual),
    share(figures.savingHalf),
    share(figures.savingMost),
  ];
  const lines = [
    line('request alone', promptOnly),
    ...(gated === null ? [] : [line('with its answer', gated)]),
    ...Object.entries(agreement).map(([model, figures]) => line(`and ${model}'s`, figures)),
    line('length', against.length),
    ...(against.topic === null ? [] : [line('task or topic', against.topic)]),
    line('at random', against.random),
    line('oracle', against.oracle),
  ];
  return [
    `${weak} (${percent(quality.weak)}) or ${strong} (${percent(quality.strong)}), ${rows} rows. Saved: at equal quality, 0.5 points below, at 95 % of the gap, every call counted.`,
    table(['by', 'APGR', 'grid', 'CPT 50', 'CPT 80', 'equal', '-0.5', '95 %'], lines),
  ].join('\n');
}

const PROMISES: Readonly<Record<string, string>> = {
  assured: 'recommended: -0.5 points, assured',
  equal: 'no worse',
  half: '0.5 points worse',
  most: '95 % of the gap',
};

function policyText({ rows, reference, points, isOneModel, hull }: PolicyFigures): string {
  const lines = points.map(({ point, level, difference, saving, calls, answers }) => [
    PROMISES[point] ?? point,
    level === null ? `${reference} alone` : String(level),
    figure(difference, 100, 2),
    share(saving),
    calls.toFixed(2),
    Object.entries(answers)
      .map(([model, part]) => `${model} ${percent(part)}`)
      .join(', '),
  ]);
  const best = (figures: Record<string, number>): string => {
    const [name, value] = Object.entries(figures).sort(([, one], [, other]) => other - one)[0] ?? ['none', 0];
    return `${name} ${value.toFixed(4)}`;
  };
  return [
    `Against ${reference} for everything, on ${rows} rows with all outcomes; every call counted.`,
    table(['asked for', 'level', 'points', 'saved', 'calls', 'answers'], lines),
    `Average quality over all spends (hull AIQ): policy ${figure(hull.policy, 1, 4)}; best model ${best(hull.models)}; best pair ${best(hull.pairs)}; mixtures of models ${hull.mixture.toFixed(4)}.`,
    ...(isOneModel ? [`One model is the best there is at what is recommended: ${reference}, no router.`] : []),
  ].join('\n');
}

function figure({ value, low, high }: Figure, times = 1, digits = 3): string {
  if (value === null) return 'none';
  const said = (one: number | null): string => (one === null ? '?' : (times * one).toFixed(digits));
  return `${said(value)} [${said(low)}, ${said(high)}]`;
}

function share({ value, low, high }: Figure): string {
  if (value === null) return 'never';
  return `${(100 * value).toFixed(1)} % [${low === null ? '?' : (100 * low).toFixed(0)}, ${high === null ? '?' : (100 * high).toFixed(0)}]`;
}

function three(value: number | null): string {
  return value === null ? '' : value.toFixed(3);
}

function percent(value: number | null): string {
  return value === null ? '' : `${(100 * value).toFixed(1)} %`;
}
