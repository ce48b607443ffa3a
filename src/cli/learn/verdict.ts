// What an assessment comes to, in sentences for people who read no further.
import type { PolicyFigures, Standing } from '../../learn/assess/assess-policy.ts';
import { listed } from '../../lifecycle/report/words.ts';
import type { AssessedRouter } from './assessed-router.ts';
import { inLine, PROMISES, sayPoints, sayShare } from './words.ts';

/** Half a point of quality: what `assured` promises to stay within. */
const PROMISED = -0.005;

/** The first sentence is the result, the others what to make of it. */
export function verdictOf({ router, assessment: { policy } }: Pick<AssessedRouter, 'router' | 'assessment'>): string[] {
  if (policy === null)
    return [
      'It rates requests, and what it saves cannot be told: prices, or rows with an outcome of every model, are missing.',
    ];
  const { recommended, isOneModel } = policy;
  const [only = router.reference] = Object.keys(recommended.answers);
  if (isOneModel && only === policy.reference)
    return [
      `One model, no router: everything goes to ${only}.`,
      `${
        recommended.level === null
          ? `Nothing cheaper could be vouched for on the ${router.trainedOn.rows} rows that it was trained on.`
          : 'Where it stands, none of these requests is worth the risk of a cheaper one.'
      }${weaker(policy)}`,
    ];
  const result = isOneModel ? `One model, no router: everything goes to ${only}` : sayAnswers(recommended);
  return [`${result}; it ${sayGain(recommended)}.`, `${sayPromise(recommended)} ${against(policy)}`];
}

/** `answers 72 % of the requests with small and 28 % with large`. */
function sayAnswers({ answers, calls }: Standing): string {
  const parts = Object.entries(answers)
    .toSorted(([, one], [, other]) => other - one)
    .map(([model, share], at) => `${wholePercent(share)}${at === 0 ? ' of the requests' : ''} with ${model}`);
  const asked = calls > 1.005 ? `, after ${calls.toFixed(2)} calls a request` : '';
  return `It answers ${listed(parts)}${asked}`;
}

function sayGain({ saving, difference }: Standing): string {
  const saved = saving.value ?? 0;
  const money =
    saved >= 0
      ? `saves ${inLine(sayShare(saving))}`
      : `costs ${inLine(sayShare({ value: -saved, low: negated(saving.high), high: negated(saving.low) }))} more`;
  return `${money}, quality ${inLine(sayPoints(difference))} points`;
}

function negated(value: number | null): number | null {
  return value === null ? null : -value;
}

/** Whether these rows bear out what was promised. */
function sayPromise({ difference: { value, low, high } }: Standing): string {
  if (value === null || low === null || high === null) return '';
  if (high < PROMISED) return 'These rows break its promise of at most 0.5 points less.';
  if (low >= PROMISED) return 'These rows bear out its promise of at most 0.5 points less.';
  return 'These rows are too few to tell whether its promise of at most 0.5 points less is kept.';
}

function against({ reference, rows }: PolicyFigures): string {
  return `Against ${reference} for everything, on ${rows} rows; every call that it makes is counted.`;
}

/** What could be had by asking for less than what is assured: the first place whose promise these rows do not break. */
function weaker({ points, models, reference }: PolicyFigures): string {
  const qualities = models.map(({ quality }) => quality);
  const gap = (models.find(({ model }) => model === reference)?.quality ?? 0) - Math.min(...qualities);
  const allowed: Partial<Record<Standing['point'], number>> = { equal: 0, half: PROMISED, most: -0.05 * gap };
  const other = points.find(({ point, saving, difference: { high } }) => {
    const least = allowed[point];
    return least !== undefined && (saving.value ?? 0) > 0.005 && high !== null && high >= least;
  });
  return other === undefined
    ? ''
    : ` Where less is promised (\`promise: ${PROMISES[other.point]?.name}\`) it ${sayGain(other)}.`;
}

function wholePercent(share: number): string {
  const whole = Math.round(100 * share);
  return `${share > 0 && whole === 0 ? '< 1' : whole} %`;
}
