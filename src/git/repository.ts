import { messageOf } from "../base/errors.ts";
import type { RepositoryStatus } from "../base/job_reports.ts";
import type { RunBounded } from "../system/bounded_command.ts";
import type { Clock, Timer } from "../system/clock.ts";
import type { Files } from "../system/files.ts";
import type { WatchDirectories } from "../system/watch_directories.ts";
import { ChangeWatch } from "./change_watch.ts";
import { type Git, GitError, MissingError, safeGit } from "./git.ts";
import { look } from "./look.ts";
import { gitDirOf, identityOf, type Mark, markOf, type Places, placesOf } from "./places.ts";
import { type RefsNow, shortName } from "./refs.ts";
import type { KnownRefs, RepositorySpec } from "./repository_spec.ts";
import { Teller, type TellerDeps } from "./teller.ts";
import { Trouble } from "./trouble.ts";

/** What the room needs. */
export interface RepositoryDeps extends TellerDeps {
  readonly clock: Pick<Clock, "now" | "after" | "every">;
  readonly files: Pick<Files, "stat" | "list" | "realPath">;
  readonly run: RunBounded;
  /** Where git is looked for. */
  readonly path: string;
  readonly watch: WatchDirectories;
}

/** Lets only so many look at once; those in trouble have places of their own, so that nobody waits for them. */
export type Lanes = Readonly<Record<"sound" | "troubled", <T>(work: () => Promise<T>) => Promise<T>>>;

/** Milliseconds between two looks where the kernel tells of changes. */
const SLOW_MS = 60_000;
/** File systems keep times no finer than that: a file that is younger may change again and look the same. */
const FINEST_MS = 2000;

type Reason = "event" | "timer" | "poke";

/** One repository that is looked at, from its first look to its disposal. */
export class Repository implements AsyncDisposable {
  readonly spec: RepositorySpec;
  readonly #deps: RepositoryDeps;
  readonly #lanes: Lanes;
  readonly #stopping = new AbortController();
  #places: (Places & { readonly identity: string }) | undefined;
  #mark: Mark | undefined;
  #head: RefsNow["head"] | undefined;
  readonly #watch: ChangeWatch;
  readonly #teller: Teller;
  readonly #trouble = new Trouble();
  #timer: { readonly ms: number; readonly timer: Timer } | undefined;
  #wanted: Reason | undefined;
  #running: Promise<void> | undefined;

  constructor(spec: RepositorySpec, deps: RepositoryDeps, lanes: Lanes) {
    this.spec = spec;
    this.#deps = deps;
    this.#lanes = lanes;
    this.#teller = new Teller(spec.name, deps);
    this.#watch = new ChangeWatch({
      ...{ clock: deps.clock, watch: deps.watch },
      onChange: () => void this.look("event"),
      onGivenUp: () => deps.log.warn("the kernel does not tell of all changes: polling", { name: spec.name }),
    });
  }

  status(): RepositoryStatus {
    const { name, path, project, enabled } = this.spec;
    const { ref = null, id = null } = this.#head ?? {};
    const { error, nextTryAt } = this.#trouble;
    const { commits, lastAt } = this.#teller;
    return {
      name,
      path,
      project: project ?? null,
      enabled,
      ok: error === null,
      error,
      branch: ref === null ? null : shortName(ref),
      head: id,
      commits,
      last_commit_at: lastAt === null ? null : new Date(lastAt).toISOString(),
      watching: this.#places === undefined ? null : this.#watch.isOn ? "events" : "polling",
      ...(nextTryAt === undefined ? {} : { next_try_at: new Date(nextTryAt).toISOString() }),
    };
  }

  /** Up to where all has been told; undefined while that is not known. */
  get known(): KnownRefs | undefined {
    return this.#teller.known;
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
    this.#watch[Symbol.dispose]();
    await this.#running;
  }

  async #rounds(): Promise<void> {
    while (this.#wanted !== undefined && !this.#stopping.signal.aborted) {
      const lane = this.#trouble.isThere ? this.#lanes.troubled : this.#lanes.sound;
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
      if (this.#trouble.error !== null) {
        this.#deps.log.info("the repository can be looked at again", { name: this.spec.name });
      }
      this.#trouble.end();
      this.#arm(this.#watch.isOn ? SLOW_MS : this.spec.pollInterval);
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#fail(error);
    }
  }

  #fail(cause: unknown): void {
    const { name, path, pollInterval } = this.spec;
    const error = messageOf(cause);
    const told = cause instanceof GitError ? error : cause instanceof Error ? cause.stack ?? error : error;
    if (error !== this.#trouble.error) {
      this.#deps.log.warn("cannot look at a repository", { name, path, error: told });
    }
    this.#places = undefined;
    this.#watch.stop();
    const isMissing = cause instanceof MissingError;
    const ms = this.#trouble.begin({ error, isMissing, now: this.#deps.clock.now(), pollInterval });
    this.#arm(ms, { anew: true });
  }

  async #lookNow(reason: Reason): Promise<void> {
    const { git, places } = await this.#open();
    const before = this.#mark;
    const mark = markOf(this.#deps.files, places, before);
    const isSame = before !== undefined && mark.text === before.text;
    if (reason === "timer") this.#watch.check(isSame);
    if (isSame && this.#isSettled(before) && reason !== "poke") return;
    const { known } = this.#teller;
    const { isUnderway, headAt } = mark;
    const { missingAt } = this.#trouble;
    const result = await look({ spec: this.spec, git, known, isUnderway, headAt, missingAt });
    const { signal } = this.#stopping;
    await this.#teller.tell(result, signal);
    this.#head = result.head;
    this.#mark = mark;
    if (!signal.aborted) this.#watch.follow(mark.directories);
  }

  /** A mark of a moment ago proves nothing, unless the kernel tells of what comes after it. */
  #isSettled(mark: Mark): boolean {
    return this.#watch.isOn || this.#deps.clock.now() - mark.newest > FINEST_MS;
  }

  /** Finds the repository when it is not open; another one in its place is a new one. */
  async #open(): Promise<{ readonly git: Git; readonly places: Places }> {
    const { files, run, path } = this.#deps;
    const gitDir = gitDirOf(files, this.spec.path);
    const git = safeGit({ run, path, gitDir, limitMs: this.#trouble.limitMs, signal: this.#stopping.signal });
    const identity = identityOf(files, gitDir);
    if (this.#places?.identity === identity) return { git, places: this.#places };
    this.#watch.stop();
    this.#mark = undefined;
    const places = await placesOf(git);
    await this.#teller.load();
    this.#places = { ...places, identity };
    return { git, places };
  }

  #arm(ms: number, { anew = false } = {}): void {
    if ((this.#timer?.ms === ms && !anew) || this.#stopping.signal.aborted) return;
    this.#timer?.timer[Symbol.dispose]();
    this.#timer = { ms, timer: this.#deps.clock.every(ms, () => void this.look("timer")) };
  }
}
