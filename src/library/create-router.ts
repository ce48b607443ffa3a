// `createRouter`: loads the router when somebody wants one, so that importing the package costs nothing.
import { complaintAboutNode } from '../call/node-version.ts';
import type { Router, RouterConfig, RouterOptions } from './router.ts';

/**
 * A router in this process. `config` is the path of a `tierline.yaml`, an object of its shape, or nothing: then the keys
 * found in the environment decide, and without any the simulated provider answers. Rejects with ConfigError when the
 * configuration is wrong, and with an Error when the ledger or a provider package cannot be opened.
 */
export async function createRouter(config?: string | RouterConfig, options: RouterOptions = {}): Promise<Router> {
  const complaint = complaintAboutNode(process.version);
  if (complaint !== null) throw new Error(complaint);
  const { openRouter } = await import('./open-router.ts');
  return openRouter(config, options);
}
