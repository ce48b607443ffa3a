// "What does this program print?" with four choices. Harder programs have more steps inside the loop.
import type { Draw } from '../draw.ts';
import type { ProblemKind } from './problem.ts';

const LETTERS = ['A', 'B', 'C', 'D'] as const;

interface Step {
  source: string;
  run: (x: number, i: number) => number;
}

/** One line of the loop's body, as source and as the function that the source means. */
function createStep(draw: Draw): Step {
  const a = draw.int(2, 5);
  const b = draw.int(1, 9);
  const modulus = draw.int(50, 97);
  return draw.pick<Step>([
    { source: `x = x + ${b};`, run: (x) => x + b },
    { source: `x = (x * ${a}) % ${modulus};`, run: (x) => (x * a) % modulus },
    { source: `if (x % 2 === 0) x = x + i;`, run: (x, i) => (x % 2 === 0 ? x + i : x) },
    { source: `if (i % ${a} === 0) x = x - ${b};`, run: (x, i) => (i % a === 0 ? x - b : x) },
  ]);
}

function choiceIn(answer: string): string {
  return /^\s*\(?([A-D])\b/i.exec(answer)?.[1]?.toUpperCase() ?? '';
}

export const CODE_QUESTION: ProblemKind = {
  instructions:
    'You review TypeScript code and know exactly what it does. You get a short program and four possible outputs, A to D, of which exactly one is right. Follow the program step by step in your head; mind the order of the lines, the remainder of negative numbers and the last round of the loop. Answer with the letter of the right output alone.',
  build: (draw, difficulty) => {
    const rounds = 2 + Math.round(difficulty * 8);
    const start = draw.int(1, 20);
    const steps = Array.from({ length: 1 + Math.round(difficulty * 4) }, () => createStep(draw));
    let result = start;
    for (let i = 0; i < rounds; i += 1) result = steps.reduce((x, step) => step.run(x, i), result);
    const choices = draw.shuffle([result, result + draw.int(1, 3), result - draw.int(1, 3), result + draw.int(4, 9)]);
    const reference = LETTERS[choices.indexOf(result)] ?? 'A';
    const program = [
      `let x = ${start};`,
      `for (let i = 0; i < ${rounds}; i++) {`,
      ...steps.map((step) => `  ${step.source}`),
      '}',
      'console.log(x);',
    ].join('\n');
    return {
      text: `What does this program print?\n\n${program}\n\n${choices.map((choice, at) => `${LETTERS[at]}) ${choice}`).join('\n')}`,
      reference,
      wrong: LETTERS.filter((letter) => letter !== reference),
      check: (answer) => choiceIn(answer) === reference,
    };
  },
};
