import { basename, join } from "node:path";
import { errnoOf, messageOf } from "../../base/errors.ts";
import type { DatabaseSeen } from "../../doctor/scene.ts";
import { refuseStrange } from "../../store/claim.ts";
import { openDatabase, type OpenInput } from "../../store/database.ts";
import { RefusedError } from "../../store/refused.ts";
import { COMPANIONS, databasesSetAside } from "../../store/set_aside.ts";
import { faultOf } from "../../store/trouble.ts";
import { scratchCopy } from "../../system/scratch_copy.ts";
import { openSqlite } from "../../system/sqlite.ts";
import type { Context } from "../context.ts";
import { storeLists } from "../jobs/store_lists.ts";
import { databaseRefusal } from "../jobs/try_database.ts";
import { statOf, unlessRefused } from "./seen.ts";

/** Largest database that is copied to be looked into, in bytes. */
const MOST = 64 * 1024 * 1024;

/** Which database is looked at, and who has it. */
export interface DatabaseLook {
  readonly path: string;
  /** A daemon may have it open. */
  readonly isRunning: boolean;
  /** False beside a daemon that runs one command, without a database: what is wrong with that one concerns nobody. */
  readonly isUsed: boolean;
}

/** The database as a daemon would find it. Of one that is open its own daemon knows more, see its health. */
export function lookAtDatabase(context: Context, { path, isRunning, isUsed }: DatabaseLook): DatabaseSeen {
  const { app, system: { files } } = context;
  const state = isUsed ? judge(context, { path, isRunning }) : { kind: "not looked into" } as const;
  const setAside = databasesSetAside(files, path).map((one) => ({ path: one, size: statOf(files, one)?.size ?? 0 }));
  return { path, state, setAside, hasOwnTables: app.migrations.length > 0 };
}

function judge(context: Context, { path, isRunning }: Omit<DatabaseLook, "isUsed">): DatabaseSeen["state"] {
  return isRunning ? stateBeside(context, path) : stateOf(context, path);
}

/** What the next daemon, of this binary, would say of it. */
function stateBeside(context: Context, path: string): DatabaseSeen["state"] {
  if (statOf(context.system.files, path) === undefined) return { kind: "not looked into" };
  const refusal = databaseRefusal(context, path);
  if (refusal === undefined) return { kind: "not looked into" };
  return { kind: "refused", reason: refusal.message, hint: refusal.hint };
}

function stateOf(context: Context, path: string): DatabaseSeen["state"] {
  const { paths, system: { files, locks } } = context;
  const stat = statOf(files, path);
  if (stat === undefined) return { kind: "absent" };
  if (stat.kind !== "file" || stat.size > MOST) return { kind: "not looked into" };
  const all = ["", ...COMPANIONS].map((suffix) => path + suffix);
  using copy = unlessRefused(() => scratchCopy(all));
  // A daemon that has started meanwhile has changed it under the copy.
  if (copy === undefined || locks.isHeld(paths.lock)) return { kind: "not looked into" };
  return stateOfCopy(context, { path, copy: join(copy.directory, basename(path)) });
}

/**
 * Opened as the daemon opens it, with recovery and migration, but for the place: looking at the file itself would change
 * it, and without its log a sound one can look damaged.
 */
function stateOfCopy(
  { app, paths, system }: Context,
  { path, copy }: { readonly path: string; readonly copy: string },
): DatabaseSeen["state"] {
  const { files, clock } = system;
  const lists = storeLists(app);
  const told = (text: string) => text.replaceAll(copy, path);
  const isChosen = path !== paths.database;
  const damaged: OpenInput["damaged"] = (reason, { isOurs }) =>
    refuseStrange(files, { path, isChosen, isOurs, reason });
  try {
    openDatabase({ files, open: openSqlite, path: copy, lists, now: clock.now(), damaged }).db.close();
    return { kind: "sound" };
  } catch (error) {
    if (error instanceof RefusedError) {
      const { message, hint } = error.refusal;
      return { kind: "refused", reason: told(message), hint: told(hint) };
    }
    if (faultOf(error) === "corrupt") return { kind: "damaged", reason: told(messageOf(error)) };
    if (faultOf(error) === "bug" && errnoOf(error) === undefined) throw error;
    return { kind: "not looked into" }; // No room for a copy.
  }
}
