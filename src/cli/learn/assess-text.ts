// The assessment of a router as text for a terminal. No line is wider than `WIDTH`, whatever models are called.
import Table from 'cli-table3';
import type { Assessment, PairAssessment } from '../../learn/assess/assess.ts';
import type { PolicyFigures } from '../../learn/assess/assess-policy.ts';
import { showText } from '../../ledger/display.ts';
import { fitName, wrap } from '../profile/lines.ts';
import { type AssessedRouter, sayVariant, type Variant } from './assessed-router.ts';
import { pairLines, type RouterLine } from './pair-lines.ts';
import { verdictOf } from './verdict.ts';
import { inLine, PROMISES, percentOf, type Said, sayNumber, sayPoints, sayShare, sayThousand, three } from './words.ts';

/** Columns of a terminal that a line may take. */
const WIDTH = 110;
const MODEL = 34;

export function assessmentText(assessed: AssessedRouter): string {
  const { assessment, variants, data } = assessed;
  const blocks = [
    `${paragraph(heading(assessed))}\n${verdictOf(assessed)
      .map((sentence) => paragraph(`=> ${sentence}`, 3))
      .join('\n')}`,
    modelTable(assessment.models),
    ...(assessment.pair === null ? [] : [pairText(assessment.pair)]),
    ...(variants.length === 0 ? [] : [variants.map((variant) => variantText(variant, data.label)).join('\n')]),
    ...(assessment.policy === null ? [] : [policyText(assessment.policy)]),
  ];
  return blocks.join('\n\n');
}

function heading({ router, data }: AssessedRouter): string {
  const left = data.without.length > 0 ? `, without rows marked ${data.without.join(', ')}` : '';
  return `${router.file} (${router.id}) on ${data.rows} rows of ${data.files.join(', ')}; label ${data.label}${left}.`;
}

function paragraph(text: string, indent = 0): string {
  return wrap(showText(text), WIDTH, indent).join('\n');
}

/** Everything but the first column to the right. */
function table(head: string[], rows: string[][], left: readonly number[] = [0]): string {
  const made = new Table({
    head,
    colAligns: head.map((_, at) => (left.includes(at) ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  made.push(...rows);
  return made.toString();
}

function modelTable(models: Assessment['models']): string {
  const said = table(
    ['model', 'quality', '$ of\n1,000', 'AUC\nbefore', '\nafter', 'Brier\nbefore', '\nafter', 'ECE\nbefore', '\nafter'],
    models.map(({ model, quality, costUsd, before, after }) => [
      fitName(showText(model), MODEL),
      percentOf(quality),
      sayThousand(costUsd),
      three(before.auc),
      three(after?.auc),
      three(before.brier),
      three(after?.brier),
      three(before.calibrationError),
      three(after?.calibrationError),
    ]),
  );
  return `Each model, and how well its answers are foretold, from the request and after a look at the answer:\n${said}`;
}

function pairText(pair: PairAssessment): string {
  const { weak, strong, rows, quality } = pair;
  const cells = ({ name, figures }: RouterLine): string[] => [
    fitName(showText(name), 26),
    twoLines(sayNumber(figures.apgr)),
    twoLines(sayShare(figures.cpt50)),
    twoLines(sayShare(figures.cpt80)),
    twoLines(sayShare(figures.savingEqual, '-')),
    twoLines(sayShare(figures.savingHalf, '-')),
    twoLines(sayShare(figures.savingMost, '-')),
  ];
  const head = ['routed by', 'APGR', 'CPT 50 %', 'CPT 80 %', 'saved at\nequal', 'at -0.5\npoints', 'at 95 %\nof gap'];
  return [
    paragraph(
      `${weak} (${percentOf(quality.weak)}) or ${strong} (${percentOf(quality.strong)}) on ${rows} rows, with 95 % intervals; every call is counted:`,
    ),
    table(head, pairLines(pair).map(cells)),
  ].join('\n');
}

function twoLines({ value, range }: Said): string {
  return range === null ? value : `${value}\n${range}`;
}

function variantText({ assessment: { pair, policy }, ...variant }: Variant, label: string): string {
  const parts: string[] = [];
  if (pair !== null) {
    const gate = pair.gated === null ? '' : `, with its answer ${inLine(sayNumber(pair.gated.apgr))}`;
    parts.push(`APGR from the request ${inLine(sayNumber(pair.promptOnly.apgr))}${gate}`);
  }
  if (policy !== null)
    parts.push(
      `recommended: ${inLine(sayShare(policy.recommended.saving))} saved, ${inLine(sayPoints(policy.recommended.difference))} points`,
    );
  return paragraph(`${sayVariant(variant, label)}: ${parts.join('; ')}.`, 2);
}

function policyText({ rows, reference, points, hull }: PolicyFigures): string {
  const lines = points.map(({ point, level, difference, saving, calls, answers }) => [
    PROMISES[point]?.name ?? point,
    level === null ? '-' : String(level),
    twoLines(sayPoints(difference)),
    twoLines(sayShare(saving)),
    calls.toFixed(2),
    Object.entries(answers)
      .map(([model, share]) => `${percentOf(share).padStart(7)} ${fitName(showText(model), MODEL)}`)
      .join('\n'),
  ]);
  const average = [
    `policy ${inLine(sayNumber(hull.policy, 4))}`,
    `best single model by this measure ${best(hull.models)}`,
    ...(Object.keys(hull.pairs).length > 1 ? [`best pair ${best(hull.pairs)}`] : []),
    `models mixed at random ${hull.mixture.toFixed(4)}`,
  ];
  return [
    paragraph(`What the policy does, against ${reference} for everything, on ${rows} rows; every call is counted:`),
    table(['promised', 'level', 'points', 'saved', 'calls', 'answers'], lines, [0, 5]),
    paragraph(`Average quality over all spends (AIQ): ${average.join('; ')}.`),
  ].join('\n');
}

function best(figures: Record<string, number>): string {
  const [name, value] = Object.entries(figures).toSorted(([, one], [, other]) => other - one)[0] ?? ['none', 0];
  return `${fitName(name, 2 * MODEL)} ${value.toFixed(4)}`;
}
