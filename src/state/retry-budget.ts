// Keeps retries a small share of live traffic, so that a failing provider is not hit harder than a healthy one.
// The idea is Finagle's RetryBudget: every request pays in a fraction, every retry takes out one.

/** Retries a quiet gateway may make before any request has paid in. */
const RESERVE = 10;
/** Bound of what a busy hour can save up. */
const MOST = 100;

export class RetryBudget {
  private readonly share: number;
  private balance = RESERVE;

  /** `share`: retries per request, 0.2 for at most 20 %. */
  constructor(share: number) {
    this.share = share;
  }

  deposit(): void {
    this.balance = Math.min(MOST, this.balance + this.share);
  }

  /** Takes one retry out; false when there is none left. */
  withdraw(): boolean {
    if (this.balance < 1) return false;
    this.balance -= 1;
    return true;
  }
}
