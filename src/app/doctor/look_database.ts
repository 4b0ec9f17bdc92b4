import { basename, dirname, join } from "node:path";
import { errnoOf, messageOf } from "../../base/errors.ts";
import type { DatabaseSeen } from "../../doctor/scene.ts";
import { openDatabase } from "../../store/database.ts";
import { RefusedError } from "../../store/refused.ts";
import { COMPANIONS } from "../../store/set_aside.ts";
import { faultOf } from "../../store/trouble.ts";
import { scratchCopy } from "../../system/scratch_copy.ts";
import { openSqlite } from "../../system/sqlite.ts";
import type { Context } from "../context.ts";
import { storeLists } from "../jobs/store_lists.ts";
import { statOf, unlessRefused } from "./seen.ts";

/** Largest database that is copied to be looked into, in bytes. */
const MOST = 64 * 1024 * 1024;

/** The database as a daemon would find it. One that is open is the daemon's to judge, see its health. */
export function lookAtDatabase(
  context: Context,
  { path, isRunning }: { readonly path: string; readonly isRunning: boolean },
): DatabaseSeen {
  const state = isRunning ? { kind: "not looked into" } as const : stateOf(context, path);
  return { path, state, setAside: setAside(context, path) };
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
  { app, system }: Context,
  { path, copy }: { readonly path: string; readonly copy: string },
): DatabaseSeen["state"] {
  const { files, clock } = system;
  const lists = storeLists(app);
  const told = (text: string) => text.replaceAll(copy, path);
  try {
    openDatabase({ files, open: openSqlite, path: copy, lists, now: clock.now(), damaged: () => {} }).db.close();
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

function setAside({ system: { files } }: Context, path: string): DatabaseSeen["setAside"] {
  const prefix = `${basename(path)}.corrupt-`;
  const directory = dirname(path);
  const names = unlessRefused(() => files.list(directory)) ?? [];
  return names.filter((name) => name.startsWith(prefix) && !COMPANIONS.some((suffix) => name.endsWith(suffix))).sort()
    .map((name) => ({ path: join(directory, name), size: statOf(files, join(directory, name))?.size ?? 0 }));
}
