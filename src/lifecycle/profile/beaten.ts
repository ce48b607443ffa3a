// What beats a model that is not worth its money, in words. It compares measured rates as they are: how sure they are is said elsewhere.
import { type Mixture, whatBeats } from './frontier.ts';
import type { ModelProfile } from './profile.ts';
import { percent } from './verdict.ts';

/** A model's place against the others. */
export interface PlacedModel {
  model: ModelProfile;
  share: number;
  perCallNanoUsd: number;
  /** Null on the frontier. */
  beaten: { by: Mixture; say: string } | null;
}

/** Those whose pass rate and cost are known, in their order. */
export function placeModels(models: readonly ModelProfile[]): PlacedModel[] {
  const known = models.flatMap((model) => {
    const { share } = model.passRate;
    const { perCallNanoUsd } = model.cost;
    return share === null || perCallNanoUsd === null ? [] : [{ model, share, perCallNanoUsd }];
  });
  const points = known.map(({ share, perCallNanoUsd }) => ({ share, cost: perCallNanoUsd }));
  return known.map((placed, at) => {
    const by = whatBeats(points, at);
    if (by === null) return { ...placed, beaten: null };
    const nameAt = (position: number): string => known[position]?.model.model ?? '';
    return { ...placed, beaten: { by, say: sayBeaten(placed, by, nameAt) } };
  });
}

function sayBeaten(
  { share, perCallNanoUsd: cost }: Omit<PlacedModel, 'beaten'>,
  by: Mixture,
  nameAt: (at: number) => string,
): string {
  const saved = cost === 0 ? 0 : 1 - by.cost / cost;
  if (by.parts.length > 1) {
    const parts = by.parts.map(({ at, weight }) => `${showPart(weight)} ${nameAt(at)}`).join(' and ');
    return `a mixture of ${parts} is as good for ${showPart(saved)} less`;
  }
  const points = Math.round((by.share - share) * 1000) / 10;
  const good = points === 0 ? 'as good' : `${points} ${points === 1 ? 'point' : 'points'} better`;
  const price = saved === 0 ? 'costs the same' : `costs ${showPart(saved)} less`;
  return `${by.parts.map(({ at }) => nameAt(at)).join('')} is ${good} and ${price}`;
}

/** In whole percent; with a decimal only where that would say all or nothing. */
function showPart(share: number): string {
  const whole = Math.round(share * 100);
  return whole === 0 || whole === 100 ? percent(share) : `${whole} %`;
}
