// Sums and products of whole numbers. Harder ones have more terms and longer numbers.
import type { ProblemKind } from './problem.ts';

function numberIn(answer: string): number {
  const digits = answer.trim().replaceAll(/[,_\s]|\.$/g, '');
  return /^-?\d+$/.test(digits) ? Number(digits) : Number.NaN;
}

export const ARITHMETIC: ProblemKind = {
  instructions:
    'You are a calculator in a payroll system. Work out the expression you are given; products come before sums and differences, as usual. Answer with the resulting whole number alone: no words, no unit, no separators, no working. A minus sign is allowed in front of the number.',
  build: (draw, difficulty) => {
    const largest = 10 ** (1 + Math.round(difficulty * 2)) - 1;
    const terms = Array.from({ length: 2 + Math.round(difficulty * 5) }, () => ({
      sign: draw.pick([1, -1]),
      factors: draw.unit() < 0.5 ? [draw.int(2, largest), draw.int(2, 9)] : [draw.int(2, largest * 10)],
    }));
    const value = terms.reduce((sum, { sign, factors }) => sum + sign * factors.reduce((a, b) => a * b, 1), 0);
    const expression = terms
      .map(({ sign, factors }) => `${sign < 0 ? '- ' : '+ '}${factors.join(' * ')}`)
      .join(' ')
      .replace(/^\+ /, '');
    return {
      text: `Work out: ${expression}`,
      reference: String(value),
      wrong: [
        ...[value + 10, value - 1, value + 100].map(String),
        `The result is ${value + 10}.`,
        `About ${value - 1}`,
      ],
      check: (answer) => numberIn(answer) === value,
    };
  },
};
