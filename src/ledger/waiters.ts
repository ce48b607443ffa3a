// Who waits until the tables have reached which place of the journal.

export interface Waiters {
  /** Resolves once `advance` reaches the place; at once when it has already. */
  reach(place: number): Promise<void>;
  /** The tables hold everything before this place. */
  advance(place: number): void;
  rejectAll(error: Error): void;
  isEmpty(): boolean;
}

/** Places only grow, and so do those that are asked for: the queue is in order. */
export function createWaiters(): Waiters {
  const queue: { place: number; resolve: () => void; reject: (error: Error) => void }[] = [];
  let reached = -1;
  return {
    reach(place) {
      if (place <= reached) return Promise.resolve();
      return new Promise((resolve, reject) => queue.push({ place, resolve, reject }));
    },
    advance(place) {
      reached = Math.max(reached, place);
      const first = queue.findIndex((waiter) => waiter.place > reached);
      for (const waiter of queue.splice(0, first === -1 ? queue.length : first)) waiter.resolve();
    },
    rejectAll(error) {
      for (const waiter of queue.splice(0)) waiter.reject(error);
    },
    isEmpty: () => queue.length === 0,
  };
}
