// Where the tasks of the simulated workload go, as an audit of the simulated models would have it, in the words of
// tierline.yaml. Models are called by their tiers.
import type { JsonObject } from '../../call/json.ts';
import type { TaskKind } from './models.ts';
import { LABELS } from './problems/ticket-label.ts';

/** Gates are given where a wrong answer does not look like a right one. */
export const SIMULATED_TASKS: Readonly<Record<TaskKind, JsonObject>> = {
  'ticket-label': { accept: [{ one_of: [...LABELS] }], route: { cascade: ['small', 'mid'] } },
  'invoice-extract': { accept: [{ json_schema: 'request' }], route: { cascade: ['small', 'mid'] } },
  summary: { accept: [{ length: { max_words: 30 } }], route: { cascade: ['small', 'mid'] } },
  arithmetic: { accept: [{ pattern: '^-?\\d+$' }], route: { cascade: ['mid', 'frontier'] } },
  'code-question': { route: { model: 'frontier' } },
};
