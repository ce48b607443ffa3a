// The demo's routing: three simulated models behind both dialects, and the cheapest tier that is good enough per task.
import { stringify } from 'yaml';
import { SIMULATED_MODELS } from '../../provider/simulated/models.ts';
import { SIMULATED_TASKS } from '../../provider/simulated/routing.ts';

/** Which provider entry serves which tier, so that a demo crosses dialects in both directions. */
const PROVIDER_OF_TIER = { small: 'simulated-openai', mid: 'simulated-anthropic', frontier: 'simulated-anthropic' };

export interface DemoConfigOptions {
  /** Chooses which answers of the simulated models are right. */
  seed: number;
  /** 1 is lifelike, 10 ten times as fast. */
  speed: number;
}

/** What a `tierline.yaml` for the demo says. */
export function demoConfig({ seed, speed }: DemoConfigOptions) {
  return {
    providers: {
      // Now and then the small model is overloaded, so that the demo shows fallbacks too.
      'simulated-openai': { dialect: 'openai', seed, speed, error_rates: { 'sim-small': '2%' } },
      'simulated-anthropic': { dialect: 'anthropic', seed, speed },
    },
    models: Object.fromEntries(
      SIMULATED_MODELS.map(({ name, tier, usdPerMillion, contextWindow, maxOutputTokens }) => [
        tier,
        {
          use: `${PROVIDER_OF_TIER[tier]}/${name}`,
          tier,
          context_window: contextWindow,
          max_output_tokens: maxOutputTokens,
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
    default: { model: 'mid', fallback: ['frontier'] },
    tasks: SIMULATED_TASKS,
  };
}

/** The demo's configuration at lifelike speed. */
export const DEMO_CONFIG = demoConfig({ seed: 1, speed: 1 });

/** The same as the text of a `tierline.yaml`. */
export function demoConfigYaml(options: DemoConfigOptions): string {
  return stringify(demoConfig(options));
}
