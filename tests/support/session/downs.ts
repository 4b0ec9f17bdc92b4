/** When a daemon was killed, milliseconds of `performance.now()`: what was under way then may have no answer. */
export class Downs {
  readonly #kills: number[] = [];

  get count(): number {
    return this.#kills.length;
  }

  /** Its daemon is killed now. */
  killed(): void {
    this.#kills.push(performance.now());
  }

  /** Whether a kill came at `at` or within `ms` after it. */
  within(at: number, ms: number): boolean {
    return this.#kills.some((kill) => kill >= at && kill <= at + ms);
  }
}
