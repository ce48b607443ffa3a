// Incident reports to be summed up in few words that must contain given names. Harder ones are longer and want more names.
import type { ProblemKind } from './problem.ts';

const PLACES = ['Rotterdam', 'Porto', 'Gdansk', 'Lyon', 'Tampere', 'Graz', 'Cork', 'Malmo'];
const SYSTEMS = ['the ticket queue', 'the export service', 'the search index', 'the mail relay', 'the photo store'];
const CAUSES = ['a full disk', 'an expired certificate', 'a wrong time zone', 'a lost route', 'a stuck lock'];
const PEOPLE = ['Amara', 'Bjorn', 'Chiara', 'Dmitri', 'Elif', 'Farid', 'Greta', 'Hiro'];
const FILLER = [
  'The dashboards were watched during the night and nothing else moved.',
  'Customers were told by mail and nobody answered with a complaint.',
  'The on-call plan was kept and the hand-over took ten minutes.',
  'A second look at the logs found no further trace.',
  'The change calendar had no entry for that day.',
];

function countWords(text: string): number {
  return text.trim().split(/\s+/).length;
}

export const SUMMARY: ProblemKind = {
  instructions:
    'You sum up incident reports for people who have ten seconds. Write one short paragraph of plain text, no list and no heading. Keep to the number of words that is asked for, and make sure that every name you are told to mention is there, spelled as in the report. Leave out everything that did not change the outcome. Never add a fact that the report does not contain.',
  build: (draw, difficulty) => {
    const place = draw.pick(PLACES);
    const system = draw.pick(SYSTEMS);
    const cause = draw.pick(CAUSES);
    const people = draw.shuffle(PEOPLE).slice(0, 1 + Math.round(difficulty * 4));
    const minutes = draw.int(5, 240);
    const filler = draw.shuffle(FILLER).slice(0, 1 + Math.round(difficulty * 4));
    const report = [
      `In ${place}, ${system} stopped answering for ${minutes} minutes because of ${cause}.`,
      ...draw.shuffle([
        ...people.map((name) => `${name} helped to bring it back and wrote down the steps.`),
        ...filler,
      ]),
    ];
    const keywords = [place, ...people];
    const limit = 20 + 2 * people.length;
    const names = people.join(', ');
    const main = `${place}: ${system} failed for ${minutes} minutes because of ${cause}`;
    const reference = `${main}; repaired by ${names}.`;
    return {
      text: `${report.join(' ')}\n\nSum this up in at most ${limit} words. Mention: ${keywords.join(', ')}.`,
      reference,
      wrong: [`${main}; it was repaired.`, `${reference} ${report.join(' ')}`],
      check: (answer) => countWords(answer) <= limit && keywords.every((keyword) => answer.includes(keyword)),
    };
  },
};
