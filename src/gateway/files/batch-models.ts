// The models that a batch of Anthropic's names: configured names become the provider's own, and what the tenant may not use is
// refused before anything is sent. Every other byte stays as it is.
import { isUtf8 } from 'node:buffer';
import { TierlineError } from '../../call/errors.ts';
import type { Deployment } from '../../delivery/deployment.ts';
import type { PolicyModel } from '../../policy/policy.ts';
import type { Engine } from '../../router.ts';
import { refuseAmbiguity, type ScannedObject, scanJson } from '../../wire/json-scan.ts';
import { type Edit, splice } from '../../wire/splice.ts';
import { tenantLimits } from './holder.ts';

export interface BatchPlace {
  engine: Pick<Engine, 'policy' | 'delivery'>;
  tenant: string;
  /** Name of the provider that gets the batch. */
  provider: string;
  maxDepth: number;
}

/**
 * The body for the provider. Throws TierlineError `invalid_request` naming the member, `invalid_json`, `ambiguous_body`,
 * `model_not_found`, `model_not_allowed`, and `unsupported` for a model that is not served by this provider.
 */
export function writeBatchModels(body: Buffer, place: BatchPlace): Buffer {
  const edits: Edit[] = [];
  const names = new Map<string, string>();
  let count = 0;
  const top = scanJson(body, place.maxDepth, {
    key: 'requests',
    each: (element, index) => {
      count++;
      const edit = editOf(element, `requests[${index}]`, { body, place, names });
      if (edit !== null) edits.push(edit);
    },
  });
  refuseAmbiguity(top);
  if (!isUtf8(body)) throw new TierlineError('invalid_encoding', 'The body is not valid UTF-8.');
  if (count === 0) throw invalid('requests', 'must be an array of requests');
  return splice(body, edits);
}

function editOf(
  element: ScannedObject | null,
  at: string,
  { body, place, names }: { body: Buffer; place: BatchPlace; names: Map<string, string> },
): Edit | null {
  const span = element?.span('params') ?? null;
  if (element === null || span === null || body[span.start] !== 0x7b)
    throw invalid(`${at}.params`, 'must be an object');
  const params = scanJson(body.subarray(span.start, span.end), place.maxDepth);
  refuseAmbiguity(params);
  const model = params.string('model');
  const own = params.span('model');
  if (model === null || own === null) throw invalid(`${at}.params.model`, 'must be a string');
  let name = names.get(model);
  if (name === undefined) {
    name = upstreamName(model, `${at}.params.model`, place);
    names.set(model, name);
  }
  return name === model
    ? null
    : { start: span.start + own.start, end: span.start + own.end, text: JSON.stringify(name) };
}

function upstreamName(model: string, param: string, { engine, tenant, provider }: BatchPlace): string {
  const { policy, delivery } = engine;
  const found =
    policy.models.get(model) ??
    policy.models.get(policy.aliases.get(model) ?? '') ??
    // Where calls are observed, the provider knows the names that nobody here does.
    (policy.observing === null ? undefined : policy.models.get(`${provider}/${model}`));
  if (found === undefined) {
    const sentence = `The model ${JSON.stringify(model.slice(0, 100))} is not configured here; a batch has no routes, so \`auto\` is none either.`;
    throw new TierlineError('model_not_found', sentence, { param });
  }
  refuseForbidden(found, { engine, tenant, param });
  const places: readonly Deployment[] = delivery.deploymentsOf(found.name);
  const place = places.find(({ connection }) => connection.name === provider);
  if (place === undefined) {
    const sentence = `The model ${found.name} is not served by ${provider}, which gets this batch.`;
    throw new TierlineError('unsupported', sentence, { param });
  }
  return place.upstreamModel;
}

function refuseForbidden(
  { name }: PolicyModel,
  { engine, tenant, param }: Pick<BatchPlace, 'engine' | 'tenant'> & { param: string },
): void {
  for (const { allow, deny, of } of tenantLimits(engine.policy, tenant)) {
    if (deny.has(name) || (allow !== null && !allow.has(name)))
      throw new TierlineError('model_not_allowed', `The model ${name} is not allowed by ${of}.`, { param });
  }
}

function invalid(param: string, what: string): TierlineError {
  return new TierlineError('invalid_request', `${param} ${what}.`, { param });
}
