// A bound on work that takes longer than everything else that is done with a call: so often a second, and no more.

export class PerSecond {
  private readonly most: number;
  private second = 0;
  private count = 0;

  constructor(most: number) {
    this.most = most;
  }

  /** Whether it may be done once more in this second; that counts as doing it. */
  isLeft(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.second) {
      this.second = second;
      this.count = 0;
    }
    return ++this.count <= this.most;
  }
}
