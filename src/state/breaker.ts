// Circuit breaker of one deployment: when most recent exchanges failed, leave it alone for a while, then let one through.

export interface BreakerOptions {
  /** Share of failures from which the breaker opens, 0 to 1. */
  failureShare: number;
  /** Exchanges the window must hold before the share means anything. */
  minExchanges: number;
  windowMs: number;
  /** How long it stays open before one exchange may try. */
  cooldownMs: number;
}

export class Breaker {
  private readonly options: BreakerOptions;
  private readonly now: () => number;
  /** Two half windows: the older one is dropped as a whole, so counting costs nothing. */
  private current = { ok: 0, failed: 0 };
  private previous = { ok: 0, failed: 0 };
  private halfStart: number;
  private openUntil = 0;
  private isProbing = false;

  constructor(options: BreakerOptions, now: () => number) {
    this.options = options;
    this.now = now;
    this.halfStart = now();
  }

  /** Whether an exchange may be sent now. After the cooldown only one may, until it reports back. */
  get isClosed(): boolean {
    if (this.openUntil === 0) return true;
    return this.now() >= this.openUntil && !this.isProbing;
  }

  /** Milliseconds until the next exchange may try; 0 when one may now. */
  get waitMs(): number {
    return this.openUntil === 0 ? 0 : Math.max(0, this.openUntil - this.now());
  }

  /** An exchange is about to be sent. */
  begin(): void {
    if (this.openUntil !== 0) this.isProbing = true;
  }

  /** It ended without telling anything about the deployment: the client left. */
  forget(): void {
    this.isProbing = false;
  }

  succeed(): void {
    if (this.openUntil !== 0) {
      this.openUntil = 0;
      this.isProbing = false;
      this.current = { ok: 0, failed: 0 };
      this.previous = { ok: 0, failed: 0 };
    }
    this.turn();
    this.current.ok++;
  }

  fail(): void {
    this.turn();
    this.current.failed++;
    if (this.openUntil !== 0) {
      this.isProbing = false;
      this.openUntil = this.now() + this.options.cooldownMs;
      return;
    }
    const failed = this.current.failed + this.previous.failed;
    const all = failed + this.current.ok + this.previous.ok;
    if (all >= this.options.minExchanges && failed / all >= this.options.failureShare) {
      this.openUntil = this.now() + this.options.cooldownMs;
    }
  }

  private turn(): void {
    const half = this.options.windowMs / 2;
    const passed = this.now() - this.halfStart;
    if (passed < half) return;
    this.previous = passed < this.options.windowMs ? this.current : { ok: 0, failed: 0 };
    this.current = { ok: 0, failed: 0 };
    this.halfStart = this.now();
  }
}
