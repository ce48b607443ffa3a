// Finds the name somebody probably meant.

/** The candidate nearest to `given`, or null when none is near enough to be worth saying. */
export function nearest(given: string, candidates: Iterable<string>): string | null {
  const wanted = plain(given);
  let best: string | null = null;
  const limit = Math.max(1, Math.floor(wanted.length * 0.4)) + 1;
  let bestDistance = limit;
  for (const candidate of candidates) {
    const other = plain(candidate);
    const isPart = wanted.length >= 3 && other.length >= 3 && (other.includes(wanted) || wanted.includes(other));
    const edits = Math.min(editDistance(wanted, other), isPart ? 1.5 : Number.POSITIVE_INFINITY);
    if (edits >= limit) continue;
    // Of two that are equally near, people have got the beginning right.
    const distance = wanted === other ? -1 : edits - commonStart(wanted, other) / 1000;
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Case and word separators are not what people get wrong about a name: `baseUrl` is `base_url`. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_\-. ]/g, '');
}

function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      let cost = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (isSame ? 0 : 1),
      );
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwap) cost = Math.min(cost, (beforeLast[column - 2] as number) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] as number;
}
