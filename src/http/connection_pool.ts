import type { Logger } from "../base/logger.ts";
import { type Clock, delay } from "../system/clock.ts";
import type { Connection } from "../system/sockets.ts";
import { type ConnectionDeps, type Handler, type Phase, serveConnection } from "./connection.ts";

export interface PoolOptions {
  readonly clock: Clock;
  readonly handler: Handler;
  readonly log: Logger;
  /** Connections that may be open at once; one more closes the oldest. */
  readonly limit: number;
  /** See {@link ConnectionDeps}. */
  readonly streamLimit?: ConnectionDeps["streamLimit"];
}

interface Member {
  readonly connection: Connection;
  phase: Phase;
  done: Promise<void>;
}

/** Milliseconds between two records about the same trouble. */
const QUIET_MS = 60_000;

/**
 * The open connections of one listener, oldest first. A flood of slow or idle clients closes its own oldest members, so
 * that a good client always gets in, and descriptors and memory stay bounded.
 */
export class ConnectionPool {
  #options: PoolOptions;
  #members = new Set<Member>();
  #warnedAt = -QUIET_MS;
  #isClosing = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#members.size;
  }

  /** Serves the connection in the background. */
  add(connection: Connection): void {
    if (this.#members.size >= this.#options.limit) this.evict("too many connections");
    const member: Member = { connection, phase: "reading", done: Promise.resolve() };
    this.#members.add(member);
    const { clock, handler, log, streamLimit } = this.#options;
    const enter = (phase: Phase) => {
      member.phase = phase;
      if (phase === "idle" && this.#isClosing) connection.close(); // It was promised another request before.
    };
    const persists = () => !this.#isClosing;
    member.done = serveConnection(connection, { clock, handler, log, streamLimit, enter, persists })
      .finally(() => this.#members.delete(member));
  }

  /**
   * Closes the oldest connection that costs least: an idle one that has had its answer, if there is any, else one without a
   * request under way.
   *
   * @returns false when there is none
   */
  evict(reason: string): boolean {
    const [oldest] = this.#members;
    const first = (wanted: (member: Member) => boolean) => this.#members.values().find(wanted);
    const victim = first(({ phase }) => phase === "idle") ?? first(({ phase }) => phase !== "answering") ?? oldest;
    if (victim === undefined) return false;
    this.#members.delete(victim);
    victim.connection.close();
    this.#warn(reason);
    return true;
  }

  /** Closes what is idle, lets requests under way finish for at most `graceMs`, then closes the rest. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    for (const member of this.#members) {
      if (member.phase !== "answering") member.connection.close();
    }
    const all = Promise.all(this.#members.values().map((member) => member.done));
    const expired = new AbortController();
    await Promise.race([all, delay(this.#options.clock, graceMs, expired.signal)]);
    expired.abort();
    for (const member of this.#members) member.connection.close();
  }

  #warn(reason: string): void {
    const now = this.#options.clock.monotonic();
    if (now - this.#warnedAt < QUIET_MS) return;
    this.#warnedAt = now;
    this.#options.log.warn("closed a connection to let others in", { reason, limit: this.#options.limit });
  }
}
