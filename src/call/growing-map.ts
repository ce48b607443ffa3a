// A map that can make what it has not been given. It lists what it was given only: whoever asks for many names fills no list with them, and
// of what was made no more is kept than can do no harm.

/** Nobody's application uses so many models; the bound is for a client that makes names up. */
const MOST_MADE = 5_000;

/** The same key always makes an equal value, so one that was let go of is made again. `has`, `size` and iteration know only what was given. */
export class GrowingMap<Value> extends Map<string, Value> {
  /** Keys that it can make, as far as they can be listed. */
  readonly offers: readonly string[];
  private readonly make: (key: string) => Value | undefined;
  private readonly made = new Map<string, Value>();

  constructor(
    given: Iterable<readonly [string, Value]>,
    { make, offers = [] }: { make: (key: string) => Value | undefined; offers?: readonly string[] },
  ) {
    super(given);
    this.make = make;
    this.offers = offers;
  }

  override get(key: string): Value | undefined {
    const known = super.get(key) ?? this.made.get(key);
    if (known !== undefined) return known;
    const value = this.make(key);
    if (value === undefined) return undefined;
    if (this.made.size >= MOST_MADE) this.made.delete(this.made.keys().next().value as string);
    this.made.set(key, value);
    return value;
  }
}
