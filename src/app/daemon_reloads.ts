import type { Logger } from "../base/logger.ts";
import type { ReloadResult, ReloadStatus } from "../base/reload_reports.ts";
import type { ReloadOptions } from "../http/route.ts";
import type { Health } from "../health/health.ts";
import type { Clock } from "../system/clock.ts";
import { reloadEvent } from "./events/daemon_events.ts";
import type { Journal } from "./events/journal.ts";
import type { LifecycleMachine } from "./lifecycle_machine.ts";
import type { LiveConfig } from "./live_config.ts";

export interface DaemonReloadsPorts {
  readonly clock: Pick<Clock, "now">;
  readonly log: Logger;
  readonly live: Pick<LiveConfig, "reload" | "trialUntil">;
  readonly lifecycle: LifecycleMachine;
  /** Resolves when the daemon has started, or ends: a reload that comes before waits for it. */
  readonly begun: Promise<void>;
  readonly health: Pick<Health, "worst">;
  readonly journal: Pick<Journal, "note">;
}

/** The daemon's reloads, one after the other, and how the last one went. */
export class DaemonReloads {
  readonly #ports: DaemonReloadsPorts;
  #last: Omit<ReloadStatus, "confirm_until"> | null = null;
  #turn: Promise<unknown>;
  /** The last one that has not begun. */
  #queued: { readonly confirmMs: number | undefined; readonly result: Promise<ReloadResult> } | undefined;

  constructor(ports: DaemonReloadsPorts) {
    this.#ports = ports;
    this.#turn = ports.begun;
  }

  /**
   * Applies the configuration file. A broken one is reported and changes nothing. Calls share a reload that has not begun
   * to read the file; one that has may have read what was there before.
   */
  reload(options: ReloadOptions = {}): Promise<ReloadResult> {
    if (options.plan) return this.#ports.live.reload(options);
    const { confirmMs } = options;
    if (this.#queued !== undefined && this.#queued.confirmMs === confirmMs) return this.#queued.result;
    const result = this.#turn.then(() => {
      if (this.#queued === queued) this.#queued = undefined;
      return this.#reload(options);
    });
    const queued = { confirmMs, result };
    this.#queued = queued;
    this.#turn = result.catch(() => {}); // Who asked for it hears of it; the next one is another matter.
    return result;
  }

  async #reload(options: ReloadOptions): Promise<ReloadResult> {
    const { live, lifecycle, health, log } = this.#ports;
    if (!lifecycle.dispatch("reload")) {
      return { ok: false, changes: [], error: `cannot reload while ${lifecycle.state}` };
    }
    const result = await live.reload(options);
    this.note(result);
    if (result.ok) log.info("configuration reloaded", { changes: result.changes.length });
    else log.error("cannot reload, the old configuration stays", { error: result.error });
    lifecycle.dispatch("reload_done");
    if (health.worst() === "degraded") lifecycle.dispatch("degrade");
    return result;
  }

  /** Remembers how a reload went. */
  note(result: ReloadResult): void {
    const { ok, error } = result;
    const at = this.#ports.clock.now();
    this.#ports.journal.note(reloadEvent(result, at));
    this.#last = { at: new Date(at).toISOString(), ok, error };
  }

  /** Remembers that the last one was taken back, because nobody confirmed it. */
  noteTakenBack(error: string): void {
    this.note({ ok: false, changes: [], error });
    this.#last = this.#last && { ...this.#last, taken_back: true };
  }

  /** The last one, and until when somebody may confirm it; null before the first. */
  status(): ReloadStatus | null {
    const until = this.#ports.live.trialUntil;
    const confirm_until = until === undefined ? null : new Date(until).toISOString();
    return this.#last && { ...this.#last, confirm_until };
  }
}
