// Where rollouts are kept: beside the ledger's file.

/** The events of all rollouts. */
export function rolloutEventsPath(ledgerPath: string): string {
  return `${ledgerPath}.rollouts.jsonl`;
}

/** What a running gateway knows of both arms, among other things that it watches. */
export function watchStatePath(ledgerPath: string): string {
  return `${ledgerPath}.watch.json`;
}
