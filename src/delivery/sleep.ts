// The pause before a retry, which a client that leaves cuts short.
import type { ClientSide } from './exchange.ts';

/** Resolves after `ms`, or at once when the client goes. */
export function sleepUnlessGone(ms: number, client: ClientSide): Promise<void> {
  return new Promise((resolve) => {
    if (client.isGone) {
      resolve();
      return;
    }
    const wake = (): void => {
      clearTimeout(timer);
      client.onGone = null;
      resolve();
    };
    const timer = setTimeout(wake, ms);
    client.onGone = wake;
  });
}
