// Exploration: a small share of requests goes to another model than the forecast's, so that what is learned next does not only know
// its own choices. With which probability the first model was chosen is always told. It never goes where guards forbid, and never
// moves a conversation that is to stay.
import type { Reason } from '../call/plan.ts';
import type { Prediction } from '../call/prediction.ts';
import type { Asked } from './asked.ts';
import { type Order, percent } from './attempts.ts';
import type { Candidate } from './guard.ts';
import { type Foreseen, isOwn, type Predicted, withLadder } from './predict.ts';

interface Explored {
  order: Order;
  /** The question with the route that the order is of. */
  asked: Asked;
  /** As the row keeps it; null where nobody was asked. */
  prediction: Prediction | null;
}

/** The order with another model first where the draw says so. `kept`: the candidates after the pin. */
export function explore(kept: Order, { candidates, asked, foreseen }: Predicted, reasons: Reason[]): Explored {
  if (foreseen === null) return { order: kept, asked, prediction: null };
  const { said, by } = foreseen;
  const first = kept.candidates[0] as Candidate;
  const chosen = first.model.name;
  if (first !== candidates[0])
    return { order: kept, asked, prediction: { ...said, how: 'pinned', first: chosen, propensity: 1 } };
  const others = mayExplore(foreseen, asked, chosen) ? othersOf(kept, foreseen) : [];
  const share = others.length === 0 ? 0 : by.exploreShare;
  const drawn = asked.state.draw < share ? othersAt(others, asked.state.draw / share) : null;
  if (drawn === null) {
    const how = said.why === null ? 'predicted' : 'static';
    return { order: kept, asked, prediction: { ...said, how, first: chosen, propensity: 1 - share } };
  }
  const propensity = share / others.length;
  const { name } = drawn.model;
  reasons.push({ step: 'explore', say: `${name} goes first, to learn how it does: drawn with ${percent(propensity)}` });
  const prediction: Prediction = { ...said, how: 'explored', first: name, propensity };
  return { ...toFront(drawn, { kept, asked, foreseen }), prediction };
}

/** A predictor at fault teaches nothing; a conversation belongs to the model that it stands on, a tool loop and signed blocks to the one that began them. */
function mayExplore({ said: { why } }: Foreseen, { view, pin }: Asked, chosen: string): boolean {
  if (why !== null && why !== 'no_evidence') return false;
  return pin?.model !== chosen && !view.isInToolLoop && view.signedBy === null;
}

/** The models beside the chosen one, as the route has them: what is drawn does not hang on the forecast's order. */
function othersOf({ candidates }: Order, { route }: Foreseen): Candidate[] {
  const at = ({ model }: Candidate): number => route.models.indexOf(model.name);
  return candidates
    .slice(1)
    .filter(({ model }) => isOwn(route, model.name))
    .toSorted((one, other) => at(one) - at(other));
}

function othersAt(others: readonly Candidate[], share: number): Candidate {
  return others[Math.min(others.length - 1, Math.floor(share * others.length))] as Candidate;
}

/** Behind a learned gate the model that was chosen stays in reach. */
function toFront(
  drawn: Candidate,
  { kept, asked, foreseen }: { kept: Order; asked: Asked; foreseen: Foreseen },
): Pick<Explored, 'order' | 'asked'> {
  const sorted = [drawn, ...kept.candidates.filter((candidate) => candidate !== drawn)];
  const isRung = kept.candidates.indexOf(drawn) < foreseen.rungs;
  const rungs = foreseen.rungs + (isRung ? 0 : 1);
  return {
    order: { candidates: sorted, demoted: kept.demoted },
    asked: withLadder(asked, { ...foreseen, rungs }, sorted),
  };
}
