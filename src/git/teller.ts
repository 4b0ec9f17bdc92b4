import type { Logger } from "../base/logger.ts";
import type { Clock } from "../system/clock.ts";
import { eventKey } from "./event_text.ts";
import type { LookResult } from "./look.ts";
import type { GitEvent, KnownRefs, RepositoryMemory } from "./repository_spec.ts";

/** What {@link Teller} needs. */
export interface TellerDeps {
  readonly clock: Pick<Clock, "now">;
  readonly memory: RepositoryMemory;
  /**
   * Resolves when the event is recorded for good. Only then it counts as told: after a crash it comes again, with the same
   * {@link eventKey}.
   */
  onEvent(event: GitEvent): Promise<void>;
  readonly log: Logger;
}

/** Tells what looks at one repository have found, each event once, and remembers up to where. */
export class Teller {
  readonly #name: string;
  readonly #deps: TellerDeps;
  #memory: { readonly known: KnownRefs | undefined } | undefined;
  /** Keys of events that are recorded, while `known` does not say so. */
  readonly #told = new Set<string>();
  #commits = 0;
  #lastAt: number | null = null;

  constructor(name: string, deps: TellerDeps) {
    [this.#name, this.#deps] = [name, deps];
  }

  /** Up to where all has been told; undefined before {@link load}, and of a repository that nobody has looked at yet. */
  get known(): KnownRefs | undefined {
    return this.#memory?.known;
  }

  /** Events about commits so far. */
  get commits(): number {
    return this.#commits;
  }

  /** When the last one was told; wall time in milliseconds. */
  get lastAt(): number | null {
    return this.#lastAt;
  }

  /** Reads what an earlier daemon has told, unless that is known. */
  async load(): Promise<void> {
    this.#memory ??= { known: await this.#deps.memory.load(this.#name) };
  }

  /** Throws when an event could not be recorded or `signal` is aborted; what was told until then is not told again. */
  async tell({ events, known, skipped, isOther }: LookResult, signal: AbortSignal): Promise<void> {
    const { log, memory } = this.#deps;
    const repository = this.#name;
    if (isOther) log.warn("another repository has taken the place of the one that was known", { repository });
    if (skipped > 0) log.warn("older commits are not told one by one", { repository, skipped });
    for (const event of events) {
      signal.throwIfAborted();
      await this.#tellOne(event);
    }
    if (JSON.stringify(known) !== JSON.stringify(this.known)) await memory.save(repository, known);
    this.#told.clear();
    this.#memory = { known };
  }

  async #tellOne(event: GitEvent): Promise<void> {
    const key = eventKey(event);
    if (this.#told.has(key)) return;
    await this.#deps.onEvent(event);
    this.#told.add(key);
    if (event.kind === "switch") return;
    this.#commits++;
    this.#lastAt = this.#deps.clock.now();
  }
}
