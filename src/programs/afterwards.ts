/** Puts off what can wait until the last program of many is started: log lines, events. Not records: a kill may come between. */
export class Afterwards {
  #waiting: (() => void)[] | undefined;

  /** Does it now, or after the work that runs at present. */
  do(work: () => void): void {
    if (this.#waiting === undefined) work();
    else this.#waiting.push(work);
  }

  /** Does `work`, and then in its order what was put off meanwhile, also when the work fails. */
  following(work: () => void): void {
    if (this.#waiting !== undefined) return work();
    const waiting: (() => void)[] = [];
    this.#waiting = waiting;
    try {
      work();
    } finally {
      try {
        for (const next of waiting) next();
      } finally {
        this.#waiting = undefined;
      }
    }
  }
}
