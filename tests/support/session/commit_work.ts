/** devtrack's work: commits in two repositories, one by one, in bursts and by merges; each has to be asked about once. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Instance, until } from "../instance.ts";
import { logLines } from "./log_audit.ts";
import { COMMON_FILES, type Given, LOG, pause, type Work } from "./work.ts";

const REPOSITORIES = ["north", "south"];
const SETTLED_MS = 60_000;
/** Of a commit's name, as far as a trigger has it. */
const SHORT = 7;

interface Known {
  /** The repository and the commit: `north 1f3e9c2`. */
  readonly triggers: readonly string[];
  readonly lines: readonly string[];
}

export class CommitWork implements Work {
  readonly name = "devtrack";
  readonly app: Instance;
  readonly database = "devtrack.db";
  readonly files = new RegExp(`${COMMON_FILES.source}|^commit\\.log(\\.[\\w.-]+)?$|^devtrack\\.db(-wal|-shm)?$`);
  readonly #given: Given;
  /** Commits that were there before devtrack. */
  readonly #old = new Set<string>();
  #number = 0;
  #count = 0;

  private constructor(given: Given) {
    this.#given = given;
    this.app = new Instance("", this.name, { root: given.root });
    this.configure(0);
  }

  static async begin(given: Given): Promise<CommitWork> {
    const work = new CommitWork(given);
    for (const name of REPOSITORIES) await work.#begin(name);
    return work;
  }

  configure(turn: number): void {
    const repositories = REPOSITORIES.map((name) =>
      `\n[[repository]]\nname = "${name}"\npath = "${this.#path(name)}"\n`
    );
    this.app.write(`${LOG}\n[settings]\nprompt_interval = ${600 + turn % 2}\n${repositories.join("")}`);
  }

  async go(signal: AbortSignal): Promise<void> {
    const { chance } = this.#given;
    while (!signal.aborted) {
      const repository = REPOSITORIES[chance.next(REPOSITORIES.length)] ?? "";
      const kind = chance.next(10);
      if (kind === 0) await this.#merge(repository);
      else for (let count = kind === 1 ? 8 : 1; count > 0; count--) await this.#commit(repository);
      await pause(chance.next(700), signal);
    }
  }

  async settle(): Promise<void> {
    const all = (await this.#commits()).length;
    await until("a trigger and a line for each commit", () => {
      const { triggers, lines } = this.#known();
      return triggers.length >= all && lines.length >= all;
    }, SETTLED_MS).catch(() => {}); // The audit says which of them is missing.
  }

  async losses(): Promise<readonly string[]> {
    const { triggers, lines } = this.#known();
    const commits = await this.#commits();
    this.#count = commits.length;
    return [
      ...wrong(commits, triggers, "triggers"),
      ...wrong(commits, lines, "lines in commit.log"),
      ...this.#rows(
        "SELECT id, state, reason FROM runs WHERE job = 'commit' AND state IN ('queued', 'running', 'retrying')",
      )
        .map((run) => `no outcome: ${JSON.stringify(run)}`),
    ];
  }

  figures(): Record<string, number> {
    return { commits: this.#count };
  }

  #path(repository: string): string {
    return join(this.#given.workshop, repository);
  }

  async #begin(repository: string): Promise<void> {
    fs.mkdirSync(this.#path(repository));
    await this.#git(repository, "init", "-q", "-b", "main");
    await this.#git(repository, "commit", "-q", "--allow-empty", "-m", "before devtrack");
    for (const commit of await this.#all(repository)) this.#old.add(commit);
  }

  async #commit(repository: string): Promise<void> {
    await this.#git(repository, "commit", "-q", "--allow-empty", "-m", `change ${++this.#number}`);
  }

  async #merge(repository: string): Promise<void> {
    const branch = `topic-${++this.#number}`;
    await this.#git(repository, "switch", "-q", "-c", branch);
    await this.#commit(repository);
    await this.#git(repository, "switch", "-q", "main");
    await this.#git(repository, "merge", "-q", "--no-ff", "--no-edit", branch);
  }

  /** @returns what it prints */
  async #git(repository: string, ...words: string[]): Promise<string> {
    const who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "gc.auto=0"];
    const { code, stdout, stderr } = await new Deno.Command("git", {
      args: ["-C", this.#path(repository), ...who, ...words],
      env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  }

  async #all(repository: string): Promise<string[]> {
    const ids = (await this.#git(repository, "rev-list", "--all")).trim().split("\n");
    return ids.map((id) => `${repository} ${id.slice(0, SHORT)}`);
  }

  /** Those that devtrack has to know. */
  async #commits(): Promise<string[]> {
    const all = await Promise.all(REPOSITORIES.map((name) => this.#all(name)));
    return all.flat().filter((commit) => !this.#old.has(commit));
  }

  #known(): Known {
    const triggers = this.#rows("SELECT detail FROM trigger_log WHERE cause = 'commit' ORDER BY id")
      .map(({ detail }) => String(detail).replace(/ \S+ (?=\S+$)/, " "));
    const log = logLines(join(this.app.home, "commit.log"));
    const lines = log.lines.map((line) => {
      const [, repository, id = ""] = /^\S+ (\S+) \w+ \S+ ([0-9a-f]{12}) A <a@example.org> \S/.exec(line) ?? [];
      return repository === undefined ? `not a commit's line: ${line}` : `${repository} ${id.slice(0, SHORT)}`;
    });
    return { triggers, lines: [...lines, ...log.torn] };
  }

  #rows(sql: string): Record<string, unknown>[] {
    using database = new DatabaseSync(join(this.app.home, "devtrack.db"), { readOnly: true, timeout: 5000 });
    return database.prepare(sql).all() as Record<string, unknown>[];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.app[Symbol.asyncDispose]();
  }
}

/** What is not there exactly once, or should not be there. */
function wrong(commits: readonly string[], found: readonly string[], what: string): string[] {
  const counts = new Map<string, number>();
  for (const commit of found) counts.set(commit, (counts.get(commit) ?? 0) + 1);
  const missing = commits.filter((commit) => counts.get(commit) !== 1);
  const known = new Set(commits);
  return [
    ...missing.map((commit) => `${commit} has ${counts.get(commit) ?? 0} ${what}`),
    ...found.filter((commit) => !known.has(commit)).map((commit) => `nobody made ${commit}, it is in the ${what}`),
  ];
}
