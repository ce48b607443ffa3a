// What has not become part of a row, and why: nothing is dropped unsaid.

export interface Left {
  /** Null when it is not the answer of one model that is left out. */
  model: string | null;
  /** The reason, as it goes on after `left out:`. */
  say: string;
  count: number;
}

export class LeftOut {
  private readonly byKey = new Map<string, Left>();

  add(model: string | null, say: string, count = 1): void {
    const key = JSON.stringify([model, say]);
    const known = this.byKey.get(key) ?? { model, say, count: 0 };
    known.count += count;
    this.byKey.set(key, known);
  }

  /** In the order in which each was met first. */
  list(): Left[] {
    return [...this.byKey.values()];
  }
}
