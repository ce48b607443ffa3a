// The top of a report: what to do, what it saves, and a line for every task. Somebody who reads no further has read the result.
import { UNKNOWN } from '../../ledger/display.ts';
import { percent } from '../profile/verdict.ts';
import type { Advice } from './advice.ts';
import { type Column, dataTable } from './data-table.ts';
import { type Markup, markup, type Piece } from './markup.ts';
import { modelName, named, rangeOf, sentence, shareOf, takenChip } from './parts.ts';
import { headline, showNano, showThousand } from './words.ts';

/** `baseline`: name of the model that savings are counted against; null for none. */
export function summary(advices: readonly Advice[], baseline: string | null): Markup {
  const [first = '', ...rest] = headline(advices, baseline);
  return markup`<section class="lead" aria-label="Summary"><p class="headline">${sentence(first)}</p><p>${sentence(rest.join(' '))}</p>
${dataTable('What to do, task by task', columns, [...advices.entries()])}</section>
`;
}

type Line = [number, Advice];

const columns: readonly Column<Line>[] = [
  {
    name: 'Task',
    cell: ([at, { task }]) =>
      markup`<a href="#task-${at + 1}">${named(task.profile.task)}</a>${task.owner !== null && markup`<br><span class="quiet">${task.owner}</span>`}`,
  },
  { name: 'Take', cell: ([, advice]) => sayTake(advice) },
  {
    name: 'Pass rate',
    isFigure: true,
    cell: ([, { recommended, behind, thenShare }]) =>
      recommended === null
        ? UNKNOWN
        : markup`${shareOf(recommended.passRate)}<br><span class="quiet">${rangeOf(recommended.passRate)}</span>${behind !== null && thenShare !== null && markup`<br><span class="quiet">about ${percent(thenShare)} with both</span>`}`,
  },
  { name: '1,000 calls now', isFigure: true, cell: ([, { nowNanoUsd }]) => showThousand(nowNanoUsd) },
  {
    name: '1,000 calls then',
    isFigure: true,
    cell: ([, { thenNanoUsd, savedShare }]) =>
      markup`${showThousand(thenNanoUsd)}${savedShare !== null && Math.abs(savedShare) >= 0.0005 && markup`<br><span class="quiet">${sayChange(savedShare)}</span>`}`,
  },
  {
    name: 'Saving a month',
    isFigure: true,
    cell: ([, { savedPerMonth }]) =>
      savedPerMonth === null ? UNKNOWN : markup`<strong>${showNano(savedPerMonth)}</strong>`,
  },
  { name: 'Verdict', cell: ([, advice]) => takenChip(advice) },
];

function sayTake({ recommended, behind }: Advice): Piece {
  if (recommended === null) return markup`<span class="quiet">no model yet</span>`;
  return markup`<strong>${modelName(recommended)}</strong>${behind !== null && markup`<br><span class="quiet">then ${named(behind.model)}</span>`}`;
}

function sayChange(savedShare: number): string {
  return savedShare > 0 ? `${percent(savedShare)} less` : `${percent(-savedShare)} more`;
}
