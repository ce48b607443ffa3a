// Which tasks of an audit are worth a profile first: where the next cheaper tier would save the most. One sentence each says why, and how
// answers are checked. A saving here is an upper bound: nobody knows yet whether the cheaper answers pass.
import type { NanoUsd } from '../../call/money.ts';
import { showCount, showUsd } from '../../ledger/display.ts';
import type { AuditGroup } from './audit-group.ts';

export interface WorthTesting {
  name: string;
  /** In a month, where the log tells one; else in the log's span. */
  savingNanoUsd: NanoUsd;
  why: string;
}

const MOST = 5;

/** The groups with a saving, the largest first, five at most; of equal ones, that whose answers are easier to check. */
export function worthTesting(groups: readonly AuditGroup[]): WorthTesting[] {
  return groups
    .flatMap((group) => (group.saving === null ? [] : [{ group, saving: group.saving }]))
    .sort(
      (one, other) =>
        other.saving.nanoUsd - one.saving.nanoUsd ||
        ease(other.group) - ease(one.group) ||
        (one.group.name < other.group.name ? -1 : 1),
    )
    .slice(0, MOST)
    .map(({ group, saving }) => ({ name: group.name, savingNanoUsd: saving.nanoUsd, why: sentence(group, saving) }));
}

/** How easily a cheaper answer is checked: labels, then schemas, then short answers, then open text. */
function ease({ accept, output, input }: AuditGroup): number {
  if (accept.some((gate) => 'json_schema' in gate)) return 0.9;
  if (accept.some((gate) => 'one_of' in gate)) return 1;
  if ((output.typicalTokens ?? Number.POSITIVE_INFINITY) <= 100) return 0.7;
  return input.structure.includes('tools') || input.structure.includes('code') ? 0.3 : 0.4;
}

function sentence(group: AuditGroup, saving: NonNullable<AuditGroup['saving']>): string {
  const spent = group.monthly?.nanoUsd ?? group.spendNanoUsd;
  const period = group.monthly === null ? '' : ' a month';
  const dear = group.models.find(({ tier }) => tier !== null)?.model ?? group.models[0]?.model ?? 'unknown models';
  const others = group.models.length > 1 ? ` and ${group.models.length - 1} more` : '';
  return (
    `${showUsd(spent)}${period} on ${dear}${others}, ${answersOf(group)}; ` +
    `${saving.to.join(', ')} would take ${showUsd(spent - saving.nanoUsd)}.`
  );
}

function answersOf({ accept, output }: AuditGroup): string {
  const labels = accept.find((gate) => 'one_of' in gate)?.['one_of'];
  const tokens =
    output.typicalTokens === null ? 'answers of unknown length' : `${showCount(output.typicalTokens)} tokens an answer`;
  if (accept.some((gate) => 'json_schema' in gate)) return `${tokens}, checked by a schema`;
  if (Array.isArray(labels)) return `${tokens}, one of ${labels.length} labels`;
  if (accept.some((gate) => 'tool_calls' in gate)) return `${tokens}, calls of tools`;
  return `${tokens} of open text`;
}
