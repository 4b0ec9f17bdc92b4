import type { Notifier } from "../../notify/notify.ts";
import type { NotifySettings } from "../../notify/settings.ts";
import type { JobEvent } from "../../jobs/events.ts";
import type { ProgramEvent } from "../../programs/events.ts";
import type { Context } from "../context.ts";
import type { Logs } from "../logs.ts";

interface Loaded {
  readonly notifier: Notifier;
  readonly tell: (event: ProgramEvent) => void;
  readonly tellJob: (event: JobEvent) => void;
}

/** The notifier, which is loaded only when somebody is to be notified: most daemons start without. */
export class Notifications implements AsyncDisposable {
  readonly #context: Context;
  readonly #logs: Logs;
  #loaded: Promise<Loaded> | undefined;

  constructor(context: Context, logs: Logs) {
    this.#context = context;
    this.#logs = logs;
  }

  /** Takes up the settings. */
  apply(settings: readonly NotifySettings[]): void {
    if (this.#loaded === undefined && settings.length === 0) return;
    this.#loaded ??= this.#load(settings);
    void this.#loaded.then(({ notifier }) => notifier.apply(settings));
  }

  async #load(settings: readonly NotifySettings[]): Promise<Loaded> {
    const { openNotifier, tellNotifier, tellNotifierOfJob } = await import("./notify.ts");
    const notifier = openNotifier(this.#context, this.#logs, settings);
    return {
      notifier,
      tell: (event) => tellNotifier(notifier, event),
      tellJob: (event) => tellNotifierOfJob(notifier, event),
    };
  }

  /** Returns at once; what happens while the notifier is being loaded is told too. */
  tell(event: ProgramEvent): void {
    void this.#loaded?.then(({ tell }) => tell(event));
  }

  /** As {@link tell}, of a job. */
  tellJob(event: JobEvent): void {
    void this.#loaded?.then(({ tellJob }) => tellJob(event));
  }

  /** What waits has a second left. May be called twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#loaded)?.notifier[Symbol.asyncDispose]();
  }
}
