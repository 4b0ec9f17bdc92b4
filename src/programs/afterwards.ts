/** Many programs are started at once: puts off what can wait for the last of them, records and log lines. */
export class Afterwards {
  #waiting: (() => void)[] | undefined;

  /** Others are being started as well. */
  get isBusy(): boolean {
    return this.#waiting !== undefined;
  }

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
