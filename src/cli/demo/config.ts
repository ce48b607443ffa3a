// The demo's routing: three simulated models behind both dialects, and the cheapest tier that is good enough per task.
import { stringify } from 'yaml';
import { SIMULATED_MODELS, type TaskKind } from '../../provider/simulated/models.ts';

/** Which provider entry serves which tier, so that a demo crosses dialects in both directions. */
const PROVIDER_OF_TIER = { small: 'sim-openai', mid: 'sim-anthropic', frontier: 'sim-anthropic' } as const;

/** Where the demo's tasks go, as an audit of the simulated models would have it. */
const TASK_ROUTES: Readonly<Record<TaskKind, { model: string; fallback?: string[] }>> = {
  'ticket-label': { model: 'small', fallback: ['mid'] },
  'invoice-extract': { model: 'small', fallback: ['mid'] },
  summary: { model: 'small', fallback: ['mid'] },
  arithmetic: { model: 'mid', fallback: ['frontier'] },
  'code-question': { model: 'frontier' },
};

/** `providers` is left out: it needs the simulated provider's address, see `demoConfig`. */
export const DEMO_CONFIG = {
  models: Object.fromEntries(
    SIMULATED_MODELS.map(({ name, tier, usdPerMillion, contextWindow }) => [
      tier,
      {
        use: `${PROVIDER_OF_TIER[tier]}/${name}`,
        tier,
        context_window: contextWindow,
        price: {
          input: usdPerMillion.input,
          output: usdPerMillion.output,
          cache_read: usdPerMillion.cacheRead,
          cache_write_5m: usdPerMillion.cacheWrite5m,
          cache_write_1h: usdPerMillion.cacheWrite1h,
        },
      },
    ]),
  ),
  baseline: 'frontier',
  default: { route: { tier: 'mid' } },
  tasks: Object.fromEntries(
    Object.entries(TASK_ROUTES).map(([task, route]) => [
      task,
      { match: { header: { 'x-tierline-task': task } }, route },
    ]),
  ),
};

/** The whole configuration for a simulated provider at that address (`http://127.0.0.1:4010`). */
export function demoConfig(providerUrl: string) {
  return {
    providers: {
      'sim-openai': { dialect: 'openai', base_url: `${providerUrl}/v1`, api_key: 'simulated' },
      'sim-anthropic': { dialect: 'anthropic', base_url: `${providerUrl}/v1`, api_key: 'simulated' },
    },
    ...DEMO_CONFIG,
  };
}

/** The same as the text of a `tierline.yaml`. */
export function demoConfigYaml(providerUrl: string): string {
  return stringify(demoConfig(providerUrl));
}
