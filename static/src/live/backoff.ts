/** How long to wait before trying again: doubling, with a little chance in it so that pages don't come back as one. */
export class Backoff {
  #tries = 0;

  constructor(
    readonly firstMs = 500,
    readonly maxMs = 5_000,
    readonly random: () => number = Math.random,
  ) {}

  /** The wait before the next try, in milliseconds; never over the limit. */
  next(): number {
    const full = Math.min(this.maxMs, this.firstMs * 2 ** this.#tries);
    this.#tries = Math.min(this.#tries + 1, 30);
    return Math.round(full * (0.75 + 0.25 * this.random()));
  }

  /** To be called once something works again. */
  reset(): void {
    this.#tries = 0;
  }
}
