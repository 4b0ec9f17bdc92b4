import { messageOf } from "../base/errors.ts";
import type { RepositoryStatus } from "../base/job_reports.ts";
import type { Logger } from "../base/logger.ts";
import type { RunBounded } from "../system/bounded_command.ts";
import type { Clock, Timer } from "../system/clock.ts";
import type { Files } from "../system/files.ts";
import type { WatchDirectories } from "../system/watch_directories.ts";
import { eventKey } from "./event_text.ts";
import { type Git, GitError, MissingError, safeGit } from "./git.ts";
import { look, type LookResult } from "./look.ts";
import { gitDirOf, identityOf, type Mark, markOf, type Places, placesOf } from "./places.ts";
import { type RefsNow, shortName } from "./refs.ts";
import type { GitEvent, KnownRefs, RepositoryMemory, RepositorySpec } from "./repository_spec.ts";

/** What the room needs. */
export interface RepositoryDeps {
  readonly clock: Pick<Clock, "now" | "after" | "every">;
  readonly files: Pick<Files, "stat" | "list" | "realPath">;
  readonly run: RunBounded;
  /** Where git is looked for. */
  readonly path: string;
  readonly watch: WatchDirectories;
  readonly memory: RepositoryMemory;
  /**
   * Resolves when the event is recorded for good. Only then it counts as told: after a crash it comes again, with the same
   * {@link eventKey}.
   */
  onEvent(event: GitEvent): Promise<void>;
  readonly log: Logger;
}

/** Lets only so many look at once; those in trouble have places of their own, so that nobody waits for them. */
export type Lanes = Readonly<Record<"sound" | "troubled", <T>(work: () => Promise<T>) => Promise<T>>>;

/** Milliseconds that a process of git may take; twice that after each failure in a row. */
const LIMIT_MS = 10_000;
const MAX_LIMIT_MS = 160_000;
/** Between two tries of a repository that cannot be looked at. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;
/** A commit changes several files at once. */
const SETTLE_MS = 50;
/** Between two looks where the kernel tells of changes. */
const SLOW_MS = 60_000;
/** File systems keep times no finer than that: a file that is younger may change again and look the same. */
const FINEST_MS = 2000;
/** So many changes that the kernel has not told of, and it is not waited for any more. */
const MOST_LOST = 3;

type Reason = "event" | "timer" | "poke";

/** One repository that is looked at, from its first look to its disposal. */
export class Repository implements AsyncDisposable {
  readonly spec: RepositorySpec;
  readonly #deps: RepositoryDeps;
  readonly #lanes: Lanes;
  readonly #stopping = new AbortController();
  #places: (Places & { readonly identity: string }) | undefined;
  #memory: { known: KnownRefs | undefined } | undefined;
  #mark: Mark | undefined;
  #head: RefsNow["head"] | undefined;
  #watch: Disposable | undefined;
  #watched = "";
  #timer: { readonly ms: number; readonly timer: Timer } | undefined;
  #settling: Timer | undefined;
  #wanted: Reason | undefined;
  #running: Promise<void> | undefined;
  /** Keys of events that are recorded, while `known` does not say so. */
  readonly #told = new Set<string>();
  #failures = 0;
  #error: string | null = null;
  /** Wall times: when it was last seen to be missing, and when it is tried again. */
  #missingAt: number | undefined;
  #nextTryAt: number | undefined;
  /** At the last try. */
  #wasMissing = false;
  #heard = false;
  #lost = 0;
  #commits = 0;
  #lastAt: number | null = null;

  constructor(spec: RepositorySpec, deps: RepositoryDeps, lanes: Lanes) {
    this.spec = spec;
    this.#deps = deps;
    this.#lanes = lanes;
  }

  status(): RepositoryStatus {
    const { name, path, project, enabled } = this.spec;
    const { ref = null, id = null } = this.#head ?? {};
    return {
      name,
      path,
      project: project ?? null,
      enabled,
      ok: this.#error === null,
      error: this.#error,
      branch: ref === null ? null : shortName(ref),
      head: id,
      commits: this.#commits,
      last_commit_at: this.#lastAt === null ? null : new Date(this.#lastAt).toISOString(),
      watching: this.#places === undefined ? null : this.#watch === undefined ? "polling" : "events",
      ...(this.#nextTryAt === undefined ? {} : { next_try_at: new Date(this.#nextTryAt).toISOString() }),
    };
  }

  /** Resolves when a look has ended that began after the call; never rejects. */
  look(reason: Reason): Promise<void> {
    if (this.#stopping.signal.aborted || !this.spec.enabled) return Promise.resolve();
    if (this.#wanted !== "poke") this.#wanted = reason;
    return this.#run();
  }

  #run(): Promise<void> {
    return this.#running ??= this.#rounds().finally(() => {
      this.#running = undefined;
      return this.#wanted === undefined || this.#stopping.signal.aborted ? undefined : this.#run();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#timer?.timer[Symbol.dispose]();
    this.#settling?.[Symbol.dispose]();
    this.#unwatch();
    await this.#running;
  }

  async #rounds(): Promise<void> {
    while (this.#wanted !== undefined && !this.#stopping.signal.aborted) {
      const lane = this.#failures === 0 ? this.#lanes.sound : this.#lanes.troubled;
      await lane(async () => {
        const reason = this.#wanted;
        this.#wanted = undefined;
        if (reason !== undefined) await this.#round(reason);
      });
    }
  }

  async #round(reason: Reason): Promise<void> {
    try {
      await this.#lookNow(reason);
      if (this.#error !== null) this.#deps.log.info("the repository can be looked at again", { name: this.spec.name });
      this.#failures = 0;
      this.#error = null;
      this.#missingAt = this.#nextTryAt = undefined;
      this.#arm(this.#watch === undefined ? this.spec.pollInterval : SLOW_MS);
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const text = messageOf(error);
    const fields = { name: this.spec.name, path: this.spec.path };
    const told = error instanceof GitError ? text : error instanceof Error ? error.stack ?? text : text;
    if (text !== this.#error) this.#deps.log.warn("cannot look at a repository", { ...fields, error: told });
    this.#error = text;
    this.#places = undefined;
    this.#unwatch();
    this.#retry(error instanceof MissingError);
  }

  /** One that is missing may be there any moment, and to see that takes no git. */
  #retry(isMissing: boolean): void {
    const now = this.#deps.clock.now();
    if (this.#wasMissing !== isMissing) this.#failures = 0; // Another trouble, which has not lasted.
    this.#wasMissing = isMissing;
    const wait = Math.min(RETRY_MS * 2 ** Math.min(this.#failures, 10), MAX_RETRY_MS);
    const ms = isMissing ? Math.min(wait, this.spec.pollInterval) : wait;
    this.#failures++;
    if (isMissing) this.#missingAt = now;
    this.#nextTryAt = now + ms;
    this.#arm(ms, { anew: true });
  }

  async #lookNow(reason: Reason): Promise<void> {
    const { files } = this.#deps;
    const git = await this.#open();
    const places = this.#places;
    if (places === undefined || this.#memory === undefined) return;
    const before = this.#mark;
    const mark = markOf(files, places, before);
    const isSame = before !== undefined && mark.text === before.text;
    if (reason === "timer") this.#checkEvents(isSame);
    if (isSame && this.#isSettled(before) && reason !== "poke") return;
    const { known } = this.#memory;
    const { isUnderway, headAt } = mark;
    const result = await look({ spec: this.spec, git, known, isUnderway, headAt, missingAt: this.#missingAt });
    await this.#tell(result, known);
    this.#mark = mark;
    this.#rewatch(mark.directories);
  }

  /** A mark of a moment ago proves nothing, unless the kernel tells of what comes after it. */
  #isSettled(mark: Mark): boolean {
    return this.#watch !== undefined || this.#deps.clock.now() - mark.newest > FINEST_MS;
  }

  /** Finds the repository when it is not open; another one in its place is a new one. */
  async #open(): Promise<Git> {
    const { files, run, path } = this.#deps;
    const limitMs = Math.min(LIMIT_MS * 2 ** Math.min(this.#failures, 10), MAX_LIMIT_MS);
    const gitDir = gitDirOf(files, this.spec.path);
    const git = safeGit({ run, path, gitDir, limitMs, signal: this.#stopping.signal });
    const identity = identityOf(files, gitDir);
    if (this.#places?.identity === identity) return git;
    this.#unwatch();
    this.#mark = undefined;
    const places = await placesOf(git);
    this.#memory ??= { known: await this.#deps.memory.load(this.spec.name) };
    this.#places = { ...places, identity };
    return git;
  }

  async #tell(result: LookResult, before: KnownRefs | undefined): Promise<void> {
    const { log, memory, onEvent } = this.#deps;
    const { events, known, skipped, head, isOther } = result;
    const { name } = this.spec;
    if (isOther) log.warn("another repository has taken the place of the one that was known", { repository: name });
    if (skipped > 0) log.warn("older commits are not told one by one", { repository: name, skipped });
    for (const event of events) {
      this.#stopping.signal.throwIfAborted();
      const key = eventKey(event);
      if (this.#told.has(key)) continue;
      await onEvent(event);
      this.#told.add(key);
      if (event.kind === "switch") continue;
      this.#commits++;
      this.#lastAt = this.#deps.clock.now();
    }
    if (JSON.stringify(known) !== JSON.stringify(before)) await memory.save(name, known);
    this.#told.clear();
    this.#memory = { known };
    this.#head = head;
  }

  #arm(ms: number, { anew = false } = {}): void {
    if ((this.#timer?.ms === ms && !anew) || this.#stopping.signal.aborted) return;
    this.#timer?.timer[Symbol.dispose]();
    this.#timer = { ms, timer: this.#deps.clock.every(ms, () => void this.look("timer")) };
  }

  #rewatch(directories: readonly string[]): void {
    const wanted = directories.join("\0");
    if (this.#stopping.signal.aborted || this.#watched === wanted) return;
    this.#unwatch();
    this.#watched = wanted;
    if (this.#lost >= MOST_LOST) return;
    this.#watch = this.#deps.watch(directories, () => this.#hear());
    if (this.#watch !== undefined) this.#hear(); // What changed before it began.
  }

  #unwatch(): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
    this.#watched = "";
  }

  #hear(): void {
    this.#heard = true;
    this.#settling ??= this.#deps.clock.after(SETTLE_MS, () => {
      this.#settling = undefined;
      void this.look("event");
    });
  }

  /** A change that a look found and of which nothing was heard: the watch is made anew, and at last given up. */
  #checkEvents(isSame: boolean): void {
    if (this.#watch !== undefined && !isSame && !this.#heard) {
      this.#lost++;
      this.#unwatch();
      const fields = { name: this.spec.name };
      if (this.#lost >= MOST_LOST) this.#deps.log.warn("the kernel does not tell of all changes: polling", fields);
    }
    this.#heard = false;
  }
}
