import { join } from "node:path";
import { errnoOf } from "../../base/errors.ts";
import type { JobMemory, Ledger, Pause, Remembered } from "../../jobs/ledger.ts";
import { type Files, writeFileAtomic } from "../../system/files.ts";

/** What is paused, beside the database: should that be lost, nothing runs that was told not to. */
export interface Pauses {
  readonly scheduler: Pause | null;
  readonly jobs: Readonly<Record<string, Pause>>;
}

const FILE_NAME = ".pauses.json";
const NONE: Pauses = { scheduler: null, jobs: {} };

/** @param directory of the jobs */
export function readPauses(files: Pick<Files, "readText">, directory: string): Pauses {
  try {
    return { ...NONE, ...JSON.parse(files.readText(join(directory, FILE_NAME))) as Partial<Pauses> };
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) === "ENOENT") return NONE;
    throw error;
  }
}

export function writePauses(files: Files, directory: string, pauses: Pauses): void {
  writeFileAtomic(files, join(directory, FILE_NAME), JSON.stringify(pauses) + "\n", 0o600);
}

/** A ledger that has not forgotten pauses when its database is new. */
export function rememberingPauses(ledger: Ledger, read: () => Pauses): Ledger {
  return {
    async load() {
      const remembered = await ledger.load();
      if (remembered.jobs.size > 0 || remembered.lastId > 0) return remembered;
      const known = restored(remembered, read());
      await ledger.record({ jobs: [...known.jobs.values()], pause: known.pause }); // The next daemon finds no new one.
      return known;
    },
    record: (change) => ledger.record(change),
    history: (query) => ledger.history(query),
    run: (id) => ledger.run(id),
    prune: (job, limits) => ledger.prune(job, limits),
    get problem() {
      return ledger.problem;
    },
  };
}

function restored(remembered: Remembered, { scheduler, jobs }: Pauses): Remembered {
  const paused = Object.entries(jobs).map(([name, pause]): [string, JobMemory] => {
    return [name, { name, mark: "", place: null, number: 0, lastRun: null, lastSkip: null, pause }];
  });
  return { ...remembered, jobs: new Map(paused), pause: scheduler };
}
