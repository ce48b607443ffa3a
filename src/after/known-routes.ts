// Which route and gates each task had when its usual was learned: where they are others, what was usual says nothing any more.
import { hash } from 'node:crypto';
import { isObject, type Json } from '../call/json.ts';
import type { Config } from '../config/config.ts';

export class KnownRoutes {
  private known = new Map<string, string>();

  /** Tasks whose route or gates are others than they were; the first time none is. */
  changed({ tasks }: Pick<Config, 'tasks'>): string[] {
    const changed: string[] = [];
    for (const [name, { route, rules, accept }] of tasks) {
      const now = hash('sha256', JSON.stringify([route, rules, accept])).slice(0, 16);
      const before = this.known.get(name);
      this.known.set(name, now);
      if (before !== undefined && before !== now) changed.push(name);
    }
    return changed;
  }

  snapshot(): Json {
    return Object.fromEntries(this.known);
  }

  /** Before the first configuration is looked at. */
  restore(kept: Json | undefined): void {
    if (!isObject(kept)) return;
    for (const [task, route] of Object.entries(kept)) if (typeof route === 'string') this.known.set(task, route);
  }
}
