// How a gateway ends: nothing new comes in, what runs may come to its end within a grace, and then everything is cut off.
import type { Server } from 'node:http';
import type { Lanes } from './lane.ts';

export interface Draining {
  server: Server;
  lanes: Lanes;
  /** What is worked on though its client may have left; grows and shrinks by itself. */
  unfinished: ReadonlySet<Promise<unknown>>;
}

export async function drain({ server, lanes, unfinished }: Draining, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  lanes.closeIdle();
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
  await Promise.race([grace, closed.then(() => allOf(unfinished))]);
  clearTimeout(timer);
  server.closeAllConnections();
  lanes.closeAll();
  await closed;
}

async function allOf(work: ReadonlySet<Promise<unknown>>): Promise<void> {
  while (work.size > 0) await Promise.allSettled(work);
}
