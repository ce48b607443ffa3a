// Which configuration a router in process works with: a file, an object, or what the environment allows.
import type { Config } from '../config/config.ts';
import { configFromEnvironment } from '../config/environment.ts';
import { checkConfig, loadConfig } from '../config/load.ts';
import { objectSource } from '../config/object-source.ts';
import type { Environment } from '../config/source.ts';
import type { RouterConfig } from './router.ts';

/** What messages call a configuration that has no file. */
const LABEL = 'the configuration';

/** Throws ConfigError with every problem. */
export function readConfig(config: string | RouterConfig | undefined, env: Environment): Config {
  if (config === undefined) return configFromEnvironment(env).config;
  if (typeof config === 'string') return loadConfig({ path: config, env });
  return checkConfig(objectSource(config, env), { file: null, label: LABEL, env });
}
