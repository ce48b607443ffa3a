// The ways of choosing between two models that an assessment compares, in one order and by one name in every output.
import type { PairAssessment } from '../../learn/assess/assess.ts';
import type { RouterFigures } from '../../learn/assess/assess-pair.ts';

export interface RouterLine {
  kind: 'request' | 'answer' | 'agreement' | 'length' | 'topic' | 'random' | 'oracle';
  name: string;
  figures: RouterFigures;
}

export function pairLines({ promptOnly, gated, agreement, against }: PairAssessment): RouterLine[] {
  return [
    { kind: 'request', name: 'the request alone', figures: promptOnly },
    ...(gated === null ? [] : [{ kind: 'answer' as const, name: 'with its answer', figures: gated }]),
    ...Object.entries(agreement).map(
      ([model, figures]): RouterLine => ({ kind: 'agreement', name: `and ${model}'s`, figures }),
    ),
    { kind: 'length', name: 'its length', figures: against.length },
    ...(against.topic === null ? [] : [{ kind: 'topic' as const, name: 'its task or topic', figures: against.topic }]),
    { kind: 'random', name: 'chance', figures: against.random },
    { kind: 'oracle', name: 'an oracle', figures: against.oracle },
  ];
}
