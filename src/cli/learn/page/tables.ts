// The tables of an assessment's page.
import type { Assessment, PairAssessment } from '../../../learn/assess/assess.ts';
import type { PolicyFigures } from '../../../learn/assess/assess-policy.ts';
import { dataTable } from '../../../lifecycle/report/data-table.ts';
import { type Markup, markup, type Piece } from '../../../lifecycle/report/markup.ts';
import { named } from '../../../lifecycle/report/parts.ts';
import { sayVariant, type Variant } from '../assessed-router.ts';
import { pairLines } from '../pair-lines.ts';
import { PROMISES, percentOf, type Said, sayNumber, sayPoints, sayShare, sayThousand, three } from '../words.ts';

/** The value, and below it the interval. */
function cell({ value, range }: Said): Piece {
  const whole = value.replaceAll(' %', '\u{a0}%');
  return range === null ? whole : markup`${whole}<br><span class="quiet">${range}</span>`;
}

export function policyTable({ points }: PolicyFigures): Markup {
  return dataTable(
    'Where it may stand',
    [
      {
        name: 'Promised',
        cell: ({ point }) =>
          markup`${PROMISES[point]?.name ?? point}<br><span class="quiet">${PROMISES[point]?.meaning ?? null}</span>`,
      },
      { name: 'Level', isFigure: true, cell: ({ level }) => level ?? 'none' },
      { name: 'Quality, points', isFigure: true, cell: ({ difference }) => cell(sayPoints(difference)) },
      { name: 'Saved', isFigure: true, cell: ({ saving }) => cell(sayShare(saving)) },
      { name: 'Calls a request', isFigure: true, cell: ({ calls }) => calls.toFixed(2) },
      { name: 'Answers', cell: ({ answers }) => sayAnswers(answers) },
    ],
    points,
  );
}

function sayAnswers(answers: Readonly<Record<string, number>>): Piece {
  return Object.entries(answers)
    .toSorted(([, one], [, other]) => other - one)
    .map(
      ([model, share], at) =>
        markup`${at > 0 && markup`<br>`}${percentOf(share).replace(' ', '\u{a0}')}\u{a0}${named(model)}`,
    );
}

/** Average quality over all spends: of the policy, and of what it has to beat. */
export function averageTable({ hull }: PolicyFigures): Markup {
  const best = (
    name: string,
    figures: Readonly<Record<string, number>>,
  ): { name: string; which: string; said: Said }[] => {
    const [first] = Object.entries(figures).toSorted(([, one], [, other]) => other - one);
    return first === undefined ? [] : [{ name, which: first[0], said: { value: first[1].toFixed(4), range: null } }];
  };
  const rows = [
    { name: 'the policy', which: '', said: sayNumber(hull.policy, 4) },
    { name: 'models mixed at random', which: '', said: { value: hull.mixture.toFixed(4), range: null } },
    ...(Object.keys(hull.pairs).length > 1 ? best('the best two models', hull.pairs) : []),
    ...best('the best model', hull.models),
  ];
  return dataTable(
    'Average quality over all spends (AIQ)',
    [
      { name: 'Of', cell: ({ name }) => name },
      { name: 'Which', cell: ({ which }) => named(which) },
      { name: 'AIQ', isFigure: true, cell: ({ said }) => cell(said) },
    ],
    rows,
  );
}

export function pairTable(pair: PairAssessment): Markup {
  return dataTable(
    `Between ${pair.weak} and ${pair.strong}`,
    [
      { name: 'Routed by', cell: ({ name }) => named(name) },
      { name: 'APGR', isFigure: true, cell: ({ figures }) => cell(sayNumber(figures.apgr)) },
      { name: 'APGR on a grid', isFigure: true, cell: ({ figures }) => three(figures.apgrGrid.value) },
      { name: 'CPT 50 %', isFigure: true, cell: ({ figures }) => cell(sayShare(figures.cpt50)) },
      { name: 'CPT 80 %', isFigure: true, cell: ({ figures }) => cell(sayShare(figures.cpt80)) },
      {
        name: 'Saved at equal quality',
        isFigure: true,
        cell: ({ figures }) => cell(sayShare(figures.savingEqual, '-')),
      },
      { name: 'Saved at -0.5 points', isFigure: true, cell: ({ figures }) => cell(sayShare(figures.savingHalf, '-')) },
      { name: 'Saved at 95 % of gap', isFigure: true, cell: ({ figures }) => cell(sayShare(figures.savingMost, '-')) },
    ],
    pairLines(pair),
  );
}

export function modelTable(models: Assessment['models']): Markup {
  return dataTable(
    'Models, and how well their answers are foretold',
    [
      { name: 'Model', cell: ({ model }) => named(model) },
      { name: 'Rows', isFigure: true, cell: ({ rows }) => rows },
      { name: 'Quality', isFigure: true, cell: ({ quality }) => percentOf(quality) },
      { name: '1,000 answers', isFigure: true, cell: ({ costUsd }) => sayThousand(costUsd) },
      { name: 'AUC', isFigure: true, cell: ({ before }) => three(before.auc) },
      { name: 'AUC after', isFigure: true, cell: ({ after }) => three(after?.auc) },
      { name: 'Brier', isFigure: true, cell: ({ before }) => three(before.brier) },
      { name: 'Brier after', isFigure: true, cell: ({ after }) => three(after?.brier) },
      { name: 'ECE', isFigure: true, cell: ({ before }) => three(before.calibrationError) },
      { name: 'ECE after', isFigure: true, cell: ({ after }) => three(after?.calibrationError) },
    ],
    models,
  );
}

/** The same by other labels, and without the rows that carry a mark. `label`: the one of the rest of the page. */
export function variantTable(variants: readonly Variant[], label: string): Markup {
  return dataTable(
    'The same router, rows taken otherwise',
    [
      { name: 'Rows', cell: (variant) => sayVariant(variant, label) },
      { name: 'Count', isFigure: true, cell: ({ assessment }) => assessment.rows },
      {
        name: 'APGR from the request',
        isFigure: true,
        cell: ({ assessment: { pair } }) => (pair === null ? '-' : cell(sayNumber(pair.promptOnly.apgr))),
      },
      {
        name: 'APGR with its answer',
        isFigure: true,
        cell: ({ assessment: { pair } }) => (pair?.gated == null ? '-' : cell(sayNumber(pair.gated.apgr))),
      },
      {
        name: 'Quality as recommended, points',
        isFigure: true,
        cell: ({ assessment: { policy } }) => (policy === null ? '-' : cell(sayPoints(policy.recommended.difference))),
      },
      {
        name: 'Saved',
        isFigure: true,
        cell: ({ assessment: { policy } }) => (policy === null ? '-' : cell(sayShare(policy.recommended.saving))),
      },
    ],
    variants,
  );
}
