import { cannot } from "../../base/errors.ts";
import { claimPath } from "../../store/claim.ts";
import type { Lock } from "../../system/lock.ts";
import type { Context } from "../context.ts";

/**
 * Keeps other daemons from a database that lies elsewhere than where every instance has its own: each of them would take
 * the runs of the other for what it left behind. Held on a file beside the database, because a file system over the network
 * may take flock(2) on the database itself for a lock of SQLite's.
 *
 * @param path of the database; its directory exists
 * @returns undefined for the instance's own, which its home's lock keeps
 * @throws AppdError (locked) when another daemon has it; (noPermission, cannotCreate, io) when the file cannot be made
 */
export function lockDatabase({ paths, system: { locks } }: Context, path: string): Lock | undefined {
  if (path === paths.database) return undefined;
  const lock = locks.tryExclusive(claimPath(path));
  if (lock !== undefined) return lock;
  throw cannot(["open", path], "another daemon keeps its runs in this database", {
    exit: "locked",
    hint: "give each instance a database of its own",
  });
}
