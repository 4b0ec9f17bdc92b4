import fs from "node:fs";
import { AppdError, errnoOf, systemError } from "../base/errors.ts";
import { lstatIfThere } from "./files.ts";

/** A held kernel lock; it ends with the process or when disposed. The file stays. */
export interface Lock extends Disposable {
  /** Sets the time of its file, in milliseconds since the epoch; throws what the runtime throws when it is another user's. */
  touch(at: number): void;
  [Symbol.dispose](): void;
}

/** flock(2) on a file that is never unlinked: the only authority on who runs. */
export interface Locks {
  /** Takes the exclusive lock, or returns undefined at once when somebody holds it. Creates the file, mode 0600. */
  tryExclusive(path: string): Lock | undefined;
  /** Whether somebody holds the exclusive lock. Takes a shared lock for an instant. */
  isHeld(path: string): boolean;
  /** Waits in the kernel, without polling, until the exclusive lock is ours. */
  exclusive(path: string): Promise<Lock>;
  /** Waits in the kernel until nobody holds the exclusive lock; at once when the file does not exist. */
  released(path: string): Promise<void>;
}

/** @throws AppdError (noPermission, cannotCreate, io) naming the path */
function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    const whose = errnoOf(error) === "ENOTDIR" ? "" : "it belongs to another user: try as that user, or ";
    throw systemError(["look at", path], error, `${whose}choose another place with --home`);
  }
}

function open(path: string, create: boolean): Deno.FsFile {
  const file = guarded(path, () => Deno.openSync(path, { read: true, write: true, create, mode: 0o600 }));
  const seen = fs.lstatSync(path, { throwIfNoEntry: false });
  if (seen?.isFile() && seen.ino === file.statSync().ino) return file;
  file.close();
  throw new AppdError(`cannot lock "${path}": it is a symbolic link or not a regular file`, {
    exit: "noPermission",
    hint: `remove it: rm "${path}"`,
  });
}

function exists(path: string): boolean {
  return guarded(path, () => lstatIfThere(path) !== undefined);
}

function held(file: Deno.FsFile): Lock {
  let open = true;
  return {
    touch(at) {
      if (open) file.utimeSync(new Date(at), new Date(at));
    },
    [Symbol.dispose]() {
      if (open) file.close();
      open = false;
    },
  };
}

/** The machine's locks. */
export const systemLocks: Locks = {
  tryExclusive(path) {
    const file = open(path, true);
    if (file.tryLockSync(true)) return held(file);
    file.close();
    return undefined;
  },
  isHeld(path) {
    if (!exists(path)) return false;
    const file = open(path, false);
    try {
      return !file.tryLockSync(false);
    } finally {
      file.close();
    }
  },
  async exclusive(path) {
    const file = open(path, true);
    await file.lock(true);
    return held(file);
  },
  async released(path) {
    if (!exists(path)) return;
    using file = open(path, false);
    await file.lock(false);
  },
};
