import { AppdError, errnoOf, systemError } from "../../base/errors.ts";
import type { Finding, FixAction } from "../../doctor/doctor.ts";
import { closeFile } from "../../system/access.ts";
import type { Context } from "../context.ts";
import { endOrphans, endOutputKeeper } from "../programs/orphans.ts";
import { statOf } from "./seen.ts";

/** What became of one fix. */
export interface Mended {
  readonly finding: Finding;
  /** What was done, or would be. */
  readonly what: string;
  readonly done: boolean;
  /** Why it was not done. */
  readonly error?: string;
}

/**
 * Does what is safe of the findings, in their order, and nothing else. What needs a daemon to be absent is done under the
 * locks that keep one from starting.
 */
export async function mend(context: Context, findings: readonly Finding[]): Promise<Mended[]> {
  const all: Mended[] = [];
  for (const finding of findings) {
    const { fix } = finding;
    if (fix === undefined) continue;
    try {
      all.push({ finding, what: await perform(context, fix), done: true });
    } catch (error) {
      if (!(error instanceof AppdError) && errnoOf(error) === undefined) throw error;
      const why = error instanceof AppdError ? error.message : systemError(["mend", finding.id], error).message;
      all.push({ finding, what: fix.what, done: false, error: why });
    }
  }
  return all;
}

/** @returns what was done */
async function perform(context: Context, { what, action }: NonNullable<Finding["fix"]>): Promise<string> {
  const { files } = context.system;
  switch (action.kind) {
    case "close":
      if (!closeFile(action)) throw changed(action.path);
      return what;
    case "make directory":
      files.makeDirectory(action.path, action.mode);
      return what;
    case "remove":
      remove(context, action);
      return what;
    case "end leftovers":
      return await endLeftovers(context);
  }
}

function remove({ paths, system }: Context, { path, ino }: Extract<FixAction, { kind: "remove" }>): void {
  const { files, locks } = system;
  using turn = locks.tryExclusive(paths.startLock);
  using lock = locks.tryExclusive(paths.lock);
  if (turn === undefined || lock === undefined) throw occupied(path);
  const stat = statOf(files, path);
  if (stat !== undefined && stat.ino !== ino) throw changed(path);
  files.unlink(path);
}

/** As `stop` does when no daemon runs; a start that comes meanwhile waits. */
async function endLeftovers(context: Context): Promise<string> {
  const { paths, system: { locks } } = context;
  using turn = locks.tryExclusive(paths.startLock);
  if (turn === undefined || locks.isHeld(paths.lock)) throw occupied(paths.home);
  const { ended, killed } = await endOrphans(context);
  endOutputKeeper(context);
  const forced = killed.length === 0 ? "" : ` (by force: ${killed.join(", ")})`;
  return ended.length === 0 ? "nothing was left to end" : `ended ${ended.join(", ")}${forced}`;
}

function occupied(path: string): AppdError {
  return new AppdError(`cannot mend "${path}": a daemon runs or starts now`, { exit: "locked" });
}

function changed(path: string): AppdError {
  return new AppdError(`cannot mend "${path}": it was exchanged meanwhile`, { exit: "generic" });
}
