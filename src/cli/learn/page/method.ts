// The end of an assessment's page: what was trained on what, and what every figure means, with its source.
import { type Markup, markup, type Piece } from '../../../lifecycle/report/markup.ts';
import { moment, named } from '../../../lifecycle/report/parts.ts';
import type { AssessedRouter } from '../assessed-router.ts';

export function method({ router, data }: AssessedRouter): Markup {
  return markup`<section class="method"><h2>How it was measured</h2>
<dl>${[...origins({ router, data }), ...DEFINITIONS].map(([term, say]) => markup`<dt>${term}</dt><dd>${say}</dd>`)}</dl></section>
`;
}

function origins({ router, data }: Pick<AssessedRouter, 'router' | 'data'>): [string, Piece][] {
  const { trainedOn, models, reference } = router;
  const left = trainedOn.without.length === 0 ? '' : `, without rows marked ${trainedOn.without.join(', ')}`;
  return [
    [
      'Router',
      markup`<code>${router.file}</code>, ${router.id}, trained ${moment(router.made)} on ${trainedOn.rows} rows (files ${trainedOn.digest}) by the label ${trainedOn.label}${left}, seed ${trainedOn.seed}. Where to stand was chosen on the same rows, each rated and climbed by what was learned without it.`,
    ],
    [
      'Models',
      markup`Cheapest first: ${models.map((model, at) => markup`${at > 0 && ', '}${named(model)}`)}. Reference: ${named(reference)}.`,
    ],
    [
      'Rows here',
      markup`${data.rows} rows of ${data.files.join(', ')}, by the label ${data.label}${data.without.length > 0 && `, without rows marked ${data.without.join(', ')}`}. ${data.isTrainingData ? 'They are the rows that it was trained on.' : 'Not the files that it was trained on; whether they share rows with those is not known.'}`,
    ],
  ];
}

const DEFINITIONS: [string, string][] = [
  [
    'Quality',
    'The mean of the label: the share of right answers, where it says right or wrong. Points are hundredths of it.',
  ],
  [
    'Cost, saved',
    'Tokens times prices, or as measured. Every call counts, also the one whose answer was looked at and not taken. Saved is the share of what the reference alone would cost.',
  ],
  [
    'Interval',
    '95 %, by the percentiles of at least 200 draws of as many rows with replacement. Efron and Tibshirani (1993), An introduction to the bootstrap, chapter 13. It speaks of requests like these rows and of nothing else.',
  ],
  [
    'Assured',
    'Chosen by what was said of each training row by learners and ladders that had not seen it (cross-fitting): levels are tried from the dearest down, as long as a lower bound for the mean difference stays above half a point. The bound holds but for a chance of 2 %: Waudby-Smith and Ramdas (2024), Estimating means of bounded random variables by betting; the walk: Angelopoulos et al. (2021), Learn then test.',
  ],
  [
    'Gap, APGR',
    'Gap recovered is (quality - weak) / (strong - weak): 0 is the weak model, 1 the strong. APGR is its mean over all shares of strong calls, exactly; chance has 0.5. “On a grid” takes eleven shares, as published figures do. Ong et al. (2024), RouteLLM, section 4.1.',
  ],
  ['CPT', 'The least share of calls to the strong model that recovers 50 % or 80 % of the gap. Same source.'],
  [
    'Saved at',
    'The spend of the strong model that is saved at its quality, half a point below it, or at 95 % of the gap. The threshold is read off these very rows, which is kinder than a threshold chosen before.',
  ],
  [
    'With its answer',
    'The weak model answers every request and is paid for it; its answer is looked at before the strong one is asked. “And …’s”: a second cheap answer beside it, paid for as well; agreement counts.',
  ],
  [
    'What it has to beat',
    'Length: longer requests go to the strong model. Task or topic: each by the gap of the other rows of its kind. Oracle: whoever is right, known beforehand; nobody can.',
  ],
  [
    'AIQ',
    'Mean quality over all spends from the cheapest model to the dearest, along the hull: the best that mixtures of the places to stand reach. Hu et al. (2024), RouterBench, section 3. The best two models are chosen on these rows.',
  ],
  ['AUC', 'The chance that a right answer was rated above a wrong one; 0.5 is guessing.'],
  [
    'Brier, ECE',
    'Brier: mean squared difference of chance and outcome (Brier 1950). ECE, the expected calibration error: the mean distance of chance and outcome over ten groups of one size (Naeini, Cooper and Hauskrecht 2015). With few rows chance alone makes it several hundredths.',
  ],
];
