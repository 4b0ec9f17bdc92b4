import { join } from "node:path";
import { errnoOf } from "../base/errors.ts";
import type { Shared } from "./deps.ts";
import type { Notice } from "./events.ts";
import { readRest, removeRest, type RestRecord, writeRest } from "./rest_record.ts";

/** Where the rest of one unit is remembered, and what has to hold so that it counts. */
export interface RestPlace {
  /** Absolute. */
  readonly directory: string;
  /** Stands for the configuration of the unit, see markOfUnit. */
  readonly mark: string;
}

/** The rest of one unit, as the next daemon is to know it. Throws what node throws. */
export class Rest {
  readonly #shared: Pick<Shared, "files" | "bootId">;
  readonly #directory: string;
  #record: Omit<RestRecord, "bootId"> | undefined;

  constructor(shared: Pick<Shared, "files" | "bootId">, directory: string) {
    this.#shared = shared;
    this.#directory = directory;
  }

  /** Said once more of a unit that has not run since, it is no news: who was the first to stop it, and when, holds. */
  remember(record: Omit<RestRecord, "bootId">): void {
    if (!this.#isKnown(record)) this.#write(record);
  }

  #isKnown({ as, exit }: Pick<RestRecord, "as" | "exit">): boolean {
    const known = this.#record;
    return known?.as === as && (exit === null || exit.at === known.exit?.at);
  }

  #write(record: Omit<RestRecord, "bootId">): void {
    const { files, bootId } = this.#shared;
    files.makeDirectory(this.#directory, 0o700);
    this.#record = record;
    writeRest(files, this.#directory, { ...record, bootId });
  }

  /** An earlier daemon has remembered it. */
  recall(record: RestRecord): void {
    this.#record = record;
  }

  /** It rests on under another configuration. */
  revise(mark: string): void {
    if (this.#record !== undefined && this.#record.spec !== mark) this.#write({ ...this.#record, spec: mark });
  }

  /** The next daemon is to know nothing of it, whoever wrote it down. */
  forget(): void {
    this.#record = undefined;
    removeRest(this.#shared.files, this.#directory);
  }
}

/** What an earlier daemon remembered, if it was of this boot and of this configuration; anything else is removed. */
export function recalled(
  { files, bootId }: Pick<Shared, "files" | "bootId">,
  { directory, mark }: RestPlace,
): RestRecord | undefined {
  const record = readRest(files, directory);
  if (record === undefined || (record.bootId === bootId && record.spec === mark)) return record;
  removeRest(files, directory);
  return undefined;
}

/** What is told of a unit that an earlier daemon remembered as stopped. */
export function keptStopped({ exit, at, reason }: RestRecord): Notice {
  return { kind: "kept_stopped", endedAt: exit?.at ?? null, stoppedAt: at, cause: reason };
}

/** Where tasks rest: apart from the directories of programs, and under a name that none of them can have. */
export const TASKS = ".services";

/**
 * The next daemon is to know of nothing that rested, also not of what this one had no unit for: the configuration or the
 * mode may have left it out. What cannot be removed is told in the log.
 */
export function forgetAll({ files, directory, log }: Pick<Shared, "files" | "directory" | "log">): void {
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      log.warn("cannot remove the memory of what was stopped by hand", { error });
    }
  };
  for (const home of [directory, join(directory, TASKS)]) {
    attempt(() => unitsIn(files, home).forEach((name) => attempt(() => removeRest(files, join(home, name)))));
  }
}

/** The programs or tasks that have, or had, a directory here. */
export function unitsIn(files: Pick<Shared["files"], "list">, home: string): string[] {
  try {
    return files.list(home).filter((name) => !name.startsWith("."));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}
