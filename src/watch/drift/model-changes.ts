// Whether a provider answers with another model than before: what it says of itself is compared with all it has said for the same name. The first
// answer tells. Bounded: the least lately seen are forgotten.
import type { Json } from '../../call/json.ts';
import type { Alarm } from '../alarm.ts';
import type { Observation } from '../observation.ts';
import { readEntries, readList } from './snapshot.ts';

const MOST_NAMES = 512;
const MOST_VALUES = 16;

/** The last seen last. */
type Values = string[];
type Name = [models: Values, fingerprints: Values];
/** `response.model` is what answers; a fingerprint is a build of it, of which a provider has several at work. */
const MODEL = 0;
const FINGERPRINT = 1;

export class ModelChanges {
  /** By provider and its own name of the model. */
  private readonly names = new Map<string, Name>();

  observe(observation: Observation): Alarm | null {
    const { provider, upstreamModel, responseModel, fingerprint } = observation;
    if (provider === null || upstreamModel === null || (responseModel === null && fingerprint === null)) return null;
    const name = this.nameOf(`${provider}\n${upstreamModel}`);
    const model = responseModel === null ? null : toNew(name[MODEL], responseModel);
    const build = fingerprint === null ? null : toNew(name[FINGERPRINT], fingerprint);
    // Another model is of another build as well: that is told once.
    if (model !== null) return toAlarm(observation, { what: 'model', ...model });
    return build === null ? null : toAlarm(observation, { what: 'fingerprint', ...build });
  }

  private nameOf(key: string): Name {
    let name = this.names.get(key);
    if (name === undefined) {
      name = [[], []];
      if (this.names.size >= MOST_NAMES) this.names.delete(this.names.keys().next().value as string);
      this.names.set(key, name);
    }
    return name;
  }

  toJson(): Json {
    return [...this.names].map(([key, [models, fingerprints]]) => [key, [[...models], [...fingerprints]]]);
  }

  /** Throws Error for what is no such state. */
  fromJson(json: Json | undefined): void {
    for (const [key, lists] of readEntries(json).slice(-MOST_NAMES)) {
      const [models, fingerprints] = readList(lists);
      this.names.set(key, [readValues(models), readValues(fingerprints)]);
    }
  }
}

/** Remembers a value; what was there before it, where it is a new one beside a known one. */
function toNew(values: Values, value: string): { from: string; to: string } | null {
  const last = values.at(-1);
  if (last === value) return null;
  const at = values.indexOf(value);
  if (at >= 0) values.splice(at, 1);
  else if (values.length >= MOST_VALUES) values.shift();
  values.push(value);
  return at >= 0 || last === undefined ? null : { from: last, to: value };
}

function toAlarm(
  { provider, upstreamModel, atMs, id, task }: Observation,
  { what, from, to }: { what: 'model' | 'fingerprint'; from: string; to: string },
): Alarm {
  const isModel = what === 'model';
  const asked = `${provider} answers requests for ${upstreamModel}`;
  return {
    key: isModel
      ? `model_changed/${provider}/${upstreamModel}`
      : `model_changed/${provider}/${upstreamModel}/fingerprint`,
    rule: 'model_changed',
    task: null,
    segment: null,
    severity: isModel ? 'critical' : 'warning',
    atMs,
    sentence: isModel
      ? `${asked} with the model ${to}, which it never named before; until now it was ${from}. First seen in call ${id} of the task ${task}.`
      : `${asked} with another build: its fingerprint is ${to}, never seen before; until now it was ${from}. First seen in call ${id} of the task ${task}.`,
    evidence: { what, provider, upstreamModel, from, to, call: id },
    isEvent: true,
  };
}

function readValues(json: Json | undefined): Values {
  const values = readList(json).slice(-MOST_VALUES);
  if (!values.every((value) => typeof value === 'string')) throw new Error('names of models are expected');
  return values;
}
