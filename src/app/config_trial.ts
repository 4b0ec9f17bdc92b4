import type { Clock, Timer } from "../system/clock.ts";

/** What {@link ConfigTrial} needs. */
export interface ConfigTrialOptions<T> {
  readonly clock: Pick<Clock, "now" | "after">;
  /** Called when nobody has confirmed within `ms` milliseconds. */
  readonly onExpired: (before: T, ms: number) => void;
}

/** Whether what holds is on trial: then what held before comes back unless somebody confirms in time. */
export class ConfigTrial<T> implements Disposable {
  readonly #options: ConfigTrialOptions<T>;
  #current: { readonly before: T; readonly timer: Timer; readonly until: number } | undefined;

  constructor(options: ConfigTrialOptions<T>) {
    this.#options = options;
  }

  /** What comes back; undefined when nothing is on trial. */
  get before(): T | undefined {
    return this.#current?.before;
  }

  /** Wall time in milliseconds; undefined when nothing is on trial. */
  get until(): number | undefined {
    return this.#current?.until;
  }

  /** @returns wall time in milliseconds until which it has to be confirmed */
  begin(before: T, ms: number): number {
    const { clock, onExpired } = this.#options;
    const until = clock.now() + ms;
    const timer = clock.after(ms, () => {
      this.#current = undefined;
      onExpired(before, ms);
    });
    this.#current = { before, timer, until };
    return until;
  }

  /** What holds goes on to hold. False when nothing is on trial. */
  confirm(): boolean {
    const trial = this.#current;
    trial?.timer[Symbol.dispose]();
    this.#current = undefined;
    return trial !== undefined;
  }

  [Symbol.dispose](): void {
    this.confirm();
  }
}
