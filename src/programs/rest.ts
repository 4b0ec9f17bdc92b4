import type { Shared } from "./deps.ts";
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

  remember(record: Omit<RestRecord, "bootId">): void {
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
    if (this.#record !== undefined && this.#record.spec !== mark) this.remember({ ...this.#record, spec: mark });
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
