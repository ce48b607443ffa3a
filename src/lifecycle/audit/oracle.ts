// What would show that an answer is acceptable, suggested from the answers in a log: a closed set of labels, a schema, calls of tools, else
// what every answer should pass. Suggestions for a person: nothing here knows what the task is for.
import type { SuggestedGate } from './audit-group.ts';
import type { GroupTally } from './group-tally.ts';
import { personalKinds } from './personal-data.ts';
import type { FewTexts } from './tallies.ts';

/** Share of the answers from which on they are all meant to be so. */
const NEARLY_ALL = 0.9;
/** Fewer answers than this say nothing about the ones to come. */
const LEAST_ANSWERS = 20;
/** On average a label comes so often. */
const TIMES_EACH = 5;
const MOST_LABELS = 20;

export interface Oracle {
  gates: SuggestedGate[];
  /** The labels, where answers are from a closed set. */
  labels: readonly string[] | null;
}

export function suggestOracle(tally: GroupTally): Oracle {
  const { answers, shapes } = tally;
  const isJson = answers.known > 0 && answers.json >= answers.known * NEARLY_ALL;
  const hasSchema = shapes.known > 0 && shapes.schema >= shapes.known * NEARLY_ALL;
  const labels = answers.json > 0 ? null : labelsOf(tally.labels, answers.known);
  if (labels !== null) return { gates: [{ one_of: labels }], labels };
  if (hasSchema || isJson) {
    const member = labelMember(tally);
    const schema = { json_schema: hasSchema ? 'request' : { type: 'object' } };
    const gates = member === null ? [schema] : [schema, { one_of: { at: `/${member.key}`, values: member.labels } }];
    // Where the label is all that is said, the answer is one of a closed set.
    return { gates, labels: member !== null && tally.members?.size === 1 ? member.labels : null };
  }
  if (answers.tools >= Math.max(1, answers.known * 0.3))
    return { gates: [{ tool_calls: 'valid' }, { refusal: true }], labels: null };
  return { gates: [{ refusal: true }, ...lengthOf(tally)], labels: null };
}

function labelsOf(texts: FewTexts, known: number): string[] | null {
  const list = texts.list();
  if (list === null || known < LEAST_ANSWERS || list.length < 2 || list.length > MOST_LABELS) return null;
  const times = list.reduce((sum, [, count]) => sum + count, 0);
  // Names and addresses repeat, too.
  const isClosed = times >= list.length * TIMES_EACH && list.every(([label]) => personalKinds(label).length === 0);
  return isClosed ? list.map(([label]) => label).sort() : null;
}

/** The member of JSON answers that holds a label; of several the one with the fewest. */
function labelMember({ members, answers }: GroupTally): { key: string; labels: string[] } | null {
  const found = [...(members ?? [])].flatMap(([key, texts]) => {
    const labels = labelsOf(texts, answers.json);
    const times = texts.list()?.reduce((sum, [, count]) => sum + count, 0) ?? 0;
    return labels === null || times < answers.json * NEARLY_ALL || !/^[\w-]+$/.test(key) ? [] : [{ key, labels }];
  });
  return (
    found.sort((one, other) => one.labels.length - other.labels.length || (one.key < other.key ? -1 : 1))[0] ?? null
  );
}

/** Half as long again as the longest that was seen. */
function lengthOf({ answerCharacters }: GroupTally): SuggestedGate[] {
  if (answerCharacters.count < LEAST_ANSWERS) return [];
  return [{ length: { min_characters: 1, max_characters: roundUp(answerCharacters.max * 1.5) } }];
}

/** To two digits, for people. */
function roundUp(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1);
  return Math.ceil(value / unit) * unit;
}
