import type { RepositoryStatus } from "../../base/job_reports.ts";
import { commitLine, eventDetail, eventKey, variablesOf } from "../../git/event_text.ts";
import { Repositories } from "../../git/repositories.ts";
import type { GitEvent, KnownRefs, RepositorySpec } from "../../git/repository_spec.ts";
import type { Health } from "../../health/health.ts";
import type { Scheduler } from "../../jobs/scheduler.ts";
import type { StoreLedger } from "../../jobs/store_ledger.ts";
import { runBounded } from "../../system/bounded_command.ts";
import { directoryWatches } from "../../system/watch_directories.ts";
import type { CommitLog } from "./commit_log.ts";
import { gitDraft } from "./git_draft.ts";
import type { OpenJobsOptions } from "./open_jobs.ts";

interface Around {
  readonly ledger: StoreLedger;
  readonly scheduler: Scheduler;
  readonly commitLog: CommitLog;
}

/** Where git is looked for when the daemon's environment does not say. */
const PATH = "/usr/local/bin:/usr/bin:/bin";
/** Longest time that a check may take, in milliseconds; it answers at once. */
const TIMEOUT_MS = 1000;
/** Longest time that a start or a reload waits for the first look at a repository, in milliseconds. */
const FIRST_LOOK_MS = 3000;

/** The repositories of the configuration, with what their events lead to and a check of health for each. */
export class WatchedRepositories implements AsyncDisposable {
  readonly #options: OpenJobsOptions;
  readonly #around: Around;
  readonly #repositories: Repositories;
  readonly #checks = new Map<string, Disposable>();
  /** Keys of events that people have been told of, while they are not recorded. */
  readonly #noted = new Set<string>();
  /** Paths of those that are watched, by name, as the log was told. */
  #told: ReadonlyMap<string, string> = new Map();

  constructor(options: OpenJobsOptions, around: Around) {
    this.#options = options;
    this.#around = around;
    const { clock, files, host } = options.context.system;
    this.#repositories = new Repositories({
      clock,
      files,
      run: runBounded,
      path: host.env.PATH ?? PATH,
      watch: directoryWatches(),
      memory: memoryIn(around.ledger),
      onEvent: (event) => this.#heard(event),
      log: options.logs.logging.logger("git"),
    });
  }

  /** Resolves when those that are new have been looked at, or one of them takes too long. */
  async apply(specs: readonly RepositorySpec[]): Promise<void> {
    const looked = this.#repositories.apply(specs);
    const enabled = specs.filter((spec) => spec.enabled);
    this.#tell(new Map(enabled.map(({ name, path }) => [name, path])));
    this.#watchHealth(enabled.map(({ name }) => name), this.#options.health);
    const { promise: late, resolve } = Promise.withResolvers<void>();
    using _timer = this.#options.context.system.clock.after(FIRST_LOOK_MS, resolve);
    await Promise.race([looked, late]);
  }

  /** Says of each repository once that it is watched, and once that it is not any more. */
  #tell(watched: ReadonlyMap<string, string>): void {
    const log = this.#options.logs.logging.logger("git");
    const before = this.#told;
    this.#told = watched;
    for (const [repository, path] of before) {
      if (watched.get(repository) !== path) log.info("stopped watching the repository", { repository, path });
    }
    for (const [repository, path] of watched) {
      if (before.get(repository) !== path) log.info("watches the repository", { repository, path });
    }
  }

  #watchHealth(names: readonly string[], health: Health): void {
    for (const [name, check] of this.#checks) {
      if (names.includes(name)) continue;
      check[Symbol.dispose]();
      this.#checks.delete(name);
    }
    for (const name of names) {
      if (this.#checks.has(name)) continue;
      const check = () => {
        const { error = null, next_try_at: next } = this.status().find((one) => one.name === name) ?? {};
        if (error !== null) throw new Error(next === undefined ? error : `${error}, tried again at ${next}`);
      };
      this.#checks.set(name, health.add(`repository ${name}`, { critical: false, timeoutMs: TIMEOUT_MS, check }));
    }
  }

  /** Resolves when everything that follows from it is written down. */
  async #heard(event: GitEvent): Promise<void> {
    const { scheduler, commitLog } = this.#around;
    const at = this.#options.context.system.clock.now();
    const key = eventKey(event);
    this.#note(event, { key, at });
    const cause = { kind: "git", detail: eventDetail(event), variables: variablesOf(event) } as const;
    await scheduler.triggers.repository(event.repository, { key, at, cause });
    await commitLog.append(commitLine(event));
    this.#noted.delete(key);
  }

  /** Before what follows from it; an event that could not be recorded comes again, and is no other. */
  #note(event: GitEvent, { key, at }: { key: string; at: number }): void {
    if (this.#noted.has(key)) return;
    this.#noted.add(key);
    const { journal, logs } = this.#options;
    const draft = gitDraft(event, at);
    logs.logging.logger("git").info(draft.message, draft.fields);
    journal.note(draft);
  }

  status(): readonly RepositoryStatus[] {
    return this.#repositories.status();
  }

  /** What the store keeps of them, by its keys. */
  texts(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.#repositories.known()].map(([name, known]) => [keyOf(name), JSON.stringify(known)]),
    );
  }

  poke(name: string): Promise<void> {
    return this.#repositories.poke(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const check of this.#checks.values()) check[Symbol.dispose]();
    this.#checks.clear();
    await this.#repositories[Symbol.asyncDispose]();
    this.#tell(new Map());
  }
}

/** The key of what was told of a repository; it stands in the store, in texts that only we write there. */
function keyOf(repository: string): string {
  return `git:${repository}`;
}

function memoryIn(ledger: StoreLedger) {
  return {
    async load(repository: string): Promise<KnownRefs | undefined> {
      const text = await ledger.recall(keyOf(repository));
      return text === undefined ? undefined : JSON.parse(text) as KnownRefs;
    },
    async save(repository: string, known: KnownRefs): Promise<void> {
      await ledger.keep(keyOf(repository), JSON.stringify(known));
    },
  };
}
