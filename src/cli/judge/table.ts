// Gradings of judges as text: per task a table of judges, what each figure comes to in a sentence, and what moves verdicts that should not.
import Table from 'cli-table3';
import { showCount, showShare, showUsd, UNKNOWN } from '../../ledger/display.ts';
import type { BiasState, JudgeGrading, JudgeReport, Lean, Share, Trust } from '../../lifecycle/judges/judge-report.ts';

export function writeJudges(reports: readonly JudgeReport[]): string {
  return `${reports.map(writeReport).join('\n\n')}\n`;
}

const WORDS: Readonly<Record<Trust, string>> = {
  trusted: 'trusted',
  open: 'not yet',
  untrusted: 'not to be trusted',
};

function writeReport({ task, judges, limits }: JudgeReport): string {
  const { kappa, falsePass, bias, minLabels } = limits;
  const asked = `kappa ${kappa}, false pass ${showShare(falsePass)}, bias ${showShare(bias)}, ${minLabels} labels`;
  return [`${task}: judges against labels (limits: ${asked})`, judgeTable(judges), ...judges.flatMap(writeJudge)].join(
    '\n',
  );
}

function judgeTable(judges: readonly JudgeGrading[]): string {
  const table = new Table({
    head: ['judge', 'labels', 'agrees', 'kappa', 'false pass', 'false refuse', 'unread', 'each', 'verdict'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const judge of judges) table.push(toCells(judge));
  return table.toString();
}

function toCells(judge: JudgeGrading): string[] {
  const { labels, agreement, kappa, falsePass, falseRefuse, unreadable, cost, verdict } = judge;
  return [
    judge.judge,
    showCount(labels.count),
    showShare(agreement.share),
    kappa === null ? UNKNOWN : kappa.value.toFixed(2),
    showFraction(falsePass),
    showFraction(falseRefuse),
    showCount(unreadable),
    showUsd(cost.perVerdictNanoUsd),
    WORDS[verdict],
  ];
}

function showFraction({ count, of }: Share): string {
  return of === 0 ? UNKNOWN : `${showCount(count)} of ${showCount(of)}`;
}

function writeJudge(grading: JudgeGrading): string[] {
  const { judge, labels, missing, verdict, say, confusion, pairwise, position, length, own, rightOverWrong } = grading;
  const asked = missing === 0 ? '' : ` ${showCount(missing)} labelled answers have no verdict of it.`;
  const effective = Math.floor(labels.effective);
  const worth = effective < labels.count ? `, worth ${showCount(effective)}` : '';
  const { rightPassed, rightRefused, wrongPassed, wrongRefused } = confusion;
  return [
    `  ${judge}: ${WORDS[verdict]}. ${sentence(say)}${asked}`,
    `    labels: ${showCount(labels.graded)} by a person, ${showCount(labels.count - labels.graded)} by references, of ${showCount(labels.samples)} samples${worth}`,
    `    right answers: ${rightPassed} passed, ${rightRefused} refused; wrong ones: ${wrongPassed} passed, ${wrongRefused} refused`,
    ...(position.pairs === 0
      ? []
      : [`    of two answers: ${WORDS[pairwise.verdict]}. ${sentence(pairwise.say)}${sayRight(rightOverWrong)}`]),
    ...sayLean('the longer of two equally good answers', length),
    ...sayLean('answers of its own maker', own),
  ];
}

function sentence(say: string): string {
  return `${say.charAt(0).toUpperCase()}${say.slice(1)}.`;
}

function sayRight({ count, of }: Share): string {
  return of === 0 ? '' : ` It prefers the right one of a right and a wrong answer in ${count} of ${of}.`;
}

function sayLean(kind: string, { preferred, chance, inPairs, scored, inScores }: Lean): string[] {
  const { share, low, high, count, of } = preferred;
  const pairs =
    share === null
      ? []
      : [
          `preferred in ${count} of ${of} (${showShare(low)} to ${showShare(high)}, p ${(chance ?? 1).toFixed(3)}), ${STATES[inPairs]}`,
        ];
  const scores =
    scored === null
      ? []
      : [`scored ${signed(scored.mean)} (${signed(scored.low)} to ${signed(scored.high)}), ${STATES[inScores]}`];
  const parts = [...pairs, ...scores];
  return parts.length === 0 ? [] : [`    ${kind}: ${parts.join('; ')}`];
}

const STATES: Readonly<Record<BiasState, string>> = {
  found: 'bias found',
  none: 'no bias',
  open: 'not decided',
  unknown: 'not known',
};

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(3)}`;
}
