/**
 * The git room owns what happens in the repositories of the configuration: it finds new commits, merges, amended commits,
 * fetched ones and switches of branches, and tells each once, oldest first. It asks the real git, so that nothing in a
 * repository is executed. It never changes a repository, and never decides what follows from an event. What it has told is
 * kept outside, by the memory that it is handed.
 */
import { cannot } from "../base/errors.ts";
import type { RepositoryStatus } from "../base/job_reports.ts";
import { nearest } from "../base/nearest.ts";
import { createGate } from "./gate.ts";
import { type Lanes, Repository, type RepositoryDeps } from "./repository.ts";
import type { KnownRefs, RepositorySpec } from "./repository_spec.ts";

/** Repositories that are looked at at the same time. */
const AT_ONCE = 4;

/** All repositories of the configuration. */
export class Repositories implements AsyncDisposable {
  readonly #deps: RepositoryDeps;
  readonly #lanes: Lanes = { sound: createGate(AT_ONCE), troubled: createGate(AT_ONCE) };
  #all: readonly Repository[] = [];
  /** The ends of those that were taken out: their successors begin after them. */
  readonly #ending = new Map<string, Promise<void>>();

  constructor(deps: RepositoryDeps) {
    this.#deps = deps;
  }

  /**
   * Looks at these from now on. What did not change goes on; what is gone or changed is ended. Resolves when those that are
   * new have been looked at once: until then a commit may be taken for one that was always there.
   */
  async apply(specs: readonly RepositorySpec[]): Promise<void> {
    const looks: Promise<void>[] = [];
    const kept = this.#all.filter(({ spec }) => specs.some((one) => isSame(one, spec)));
    for (const one of this.#all) if (!kept.includes(one)) this.#end(one);
    this.#all = specs.map((spec) => kept.find((one) => one.spec.name === spec.name) ?? this.#begin(spec, looks));
    await Promise.all(looks);
  }

  status(): readonly RepositoryStatus[] {
    return this.#all.map((one) => one.status());
  }

  /** Up to where all has been told, of those of which that is known, by their names. */
  known(): ReadonlyMap<string, KnownRefs> {
    return new Map(this.#all.flatMap(({ spec, known }) => known === undefined ? [] : [[spec.name, known]]));
  }

  /** Looks now, and resolves when that look has ended. @throws AppdError (notRunning) when there is no such repository */
  async poke(name: string): Promise<void> {
    const found = this.#all.find(({ spec }) => spec.name === name);
    if (found !== undefined) return await found.look("poke");
    const near = nearest(name, this.#all.map(({ spec }) => spec.name));
    throw cannot(["look at repository", name], "there is none of this name", {
      exit: "notRunning",
      hint: near === undefined ? "list them: appd status" : `did you mean "${near}"?`,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#all) this.#end(one);
    this.#all = [];
    await Promise.all(this.#ending.values());
  }

  #begin(spec: RepositorySpec, looks: Promise<void>[]): Repository {
    const repository = new Repository(spec, this.#deps, this.#lanes);
    const before = this.#ending.get(spec.name) ?? Promise.resolve();
    looks.push(before.then(() => repository.look("poke")));
    return repository;
  }

  #end(one: Repository): void {
    const { name } = one.spec;
    const before = this.#ending.get(name) ?? Promise.resolve();
    const ended = before.then(() => one[Symbol.asyncDispose]());
    this.#ending.set(name, ended);
    void ended.then(() => this.#ending.get(name) === ended && this.#ending.delete(name));
  }
}

function isSame(a: RepositorySpec, b: RepositorySpec): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
