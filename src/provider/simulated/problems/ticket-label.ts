// Support tickets that belong to one of five queues. Harder ones speak of other queues as well.
import type { ProblemKind } from './problem.ts';

/** For each queue: sentences that ask for it, and mentions that only touch it. */
const QUEUES = {
  billing: {
    asks: [
      'The invoice for last month shows the licence twice and I want the second charge refunded.',
      'My card was charged after I had cancelled, please return the money.',
      'The tax on our last invoice is wrong and our accountant refuses it.',
    ],
    mentions: ['The invoice itself arrived in time.', 'Payment by card went through without trouble.'],
  },
  bug: {
    asks: [
      'Exporting a report ends with error 500 every time since the update.',
      'The calendar shows every appointment one hour early after the clock change.',
      'Saving a draft empties the attachment list, and it happens on three machines.',
    ],
    mentions: ['The crash I reported in spring is gone.', 'The error message from last week did not come back.'],
  },
  account: {
    asks: [
      'I cannot sign in any more because the second factor was on my old phone.',
      'Please move my login to the new mail address, the old domain is gone.',
      'Our administrator left and nobody can add users to the workspace.',
    ],
    mentions: ['Signing in works as before.', 'My password was changed last month as you asked.'],
  },
  shipping: {
    asks: [
      'The parcel has been sitting in the depot for nine days without a new scan.',
      'The scanner arrived with a broken screen and the box was torn open.',
      'The courier left our order at an address we moved away from.',
    ],
    mentions: ['The hardware was delivered on the day you promised.', 'The parcel from March arrived complete.'],
  },
  sales: {
    asks: [
      'We would like a quote for two hundred seats with a three-year term.',
      'Which plan do we need if we want single sign-on for forty people?',
      'Could somebody show us the product before our budget closes?',
    ],
    mentions: ['The quote from January has been signed.', 'Your colleague explained the plans well.'],
  },
} as const;

export const LABELS = ['billing', 'bug', 'account', 'shipping', 'sales'] as const;
const OPENINGS = ['Hello,', 'Hi team,', 'Good morning,', 'Dear support,'];
const CLOSINGS = [
  'Thanks in advance.',
  'Please hurry, this blocks us.',
  'Kind regards.',
  'I am looking forward to your answer.',
];

function labelIn(answer: string): string {
  return answer
    .trim()
    .toLowerCase()
    .replaceAll(/^["'`]+|["'`.]+$/g, '');
}

export const TICKET_LABEL: ProblemKind = {
  instructions: `You sort support tickets into queues. Read the ticket and answer with exactly one word, the queue it belongs to: ${LABELS.join(', ')}. What the customer wants now decides; things that are mentioned in passing or already settled do not. Money that was charged is billing, software that misbehaves is bug, access and users are account, parcels and hardware on their way are shipping, wishes to buy are sales. Answer in lower case, without any other word.`,
  build: (draw, difficulty) => {
    const [label, ...others] = draw.shuffle(LABELS);
    const reference = label ?? LABELS[0];
    const distractors = others.slice(0, Math.round(difficulty * 4)).map((other) => draw.pick(QUEUES[other].mentions));
    const body = draw.shuffle([draw.pick(QUEUES[reference].asks), ...distractors]);
    return {
      text: [draw.pick(OPENINGS), ...body, draw.pick(CLOSINGS)].join(' '),
      reference,
      wrong: [...others, ...others.map((other) => `This ticket belongs to ${other}.`)],
      check: (answer) => labelIn(answer) === reference,
    };
  },
};
