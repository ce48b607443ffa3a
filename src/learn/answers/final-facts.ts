// What an answer says in the end, and how it stands to the rest of it and to its request.
import { type FactKind, flag } from './fact-set.ts';
import type { Reading } from './reading.ts';

type Ended = Pick<Reading, 'prompt' | 'said' | 'final' | 'found' | 'askedWords' | 'saidWords'>;

const MARKS = new Set(['member', 'boxed', 'marked', 'said']);

export const finalFacts: FactKind<Ended> = {
  names: [
    'hasFinal',
    'isMarked',
    'isText',
    'finalLength',
    'finalWords',
    'finalIsLiteral',
    'finalIsQuoted',
    'finalIsBare',
    'finalHasFraction',
    'finalHasRoot',
    'finalIsSaidOften',
    'finalIsNearEnd',
    'finalIsInPrompt',
    'overlap',
    'newWords',
  ],
  find: ({ prompt, said, final, found, askedWords, saidWords }, put) => {
    put('hasFinal', flag(final !== ''));
    put('isMarked', flag(found !== null && MARKS.has(found.kind)));
    put('isText', flag(found?.kind === 'text'));
    put('finalLength', Math.log1p(final.length));
    put('finalWords', Math.log1p(final.match(/[A-Za-z]+/g)?.length ?? 0));
    put('finalIsLiteral', flag(/^[[({]/.test(final)));
    put('finalIsQuoted', flag(/^['"]/.test(final)));
    put('finalIsBare', flag(/^(?:\[\]|\{\}|''|""|none|null|true|false)?$/i.test(final)));
    put('finalHasFraction', flag(/frac|\d\/\d/.test(final)));
    put('finalHasRoot', flag(/sqrt|pi\b/.test(final)));
    const bare = final.replaceAll(/[\s'"]+/g, '');
    const squeezed = squeeze(said);
    put('finalIsSaidOften', bare === '' ? 0 : Math.min(4, squeezed.split(bare).length - 2));
    put('finalIsNearEnd', flag(bare !== '' && squeezed.slice(-250, -bare.length - 12).includes(bare)));
    put('finalIsInPrompt', flag(bare.length > 1 && squeeze(prompt).includes(bare)));
    let shared = 0;
    for (const word of saidWords) if (askedWords.has(word)) shared++;
    put('overlap', shared / Math.max(1, askedWords.size));
    put('newWords', 1 - shared / Math.max(1, saidWords.size));
  },
};

/** Without white space; most of it is plain spaces, which go faster alone. */
function squeeze(text: string): string {
  return text.replaceAll(' ', '').replaceAll(/\s+/g, '');
}
