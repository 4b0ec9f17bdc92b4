import fs from "node:fs";
import { errnoOf } from "../base/errors.ts";

/** open(2), the same on all machines that we are built for; the runtime has no name for it. */
const O_TMPFILE = 0o20200000;

/** Errnos of file systems and kernels that have no files without a name. */
const NO_TMPFILE: readonly (string | undefined)[] = ["EOPNOTSUPP", "ENOTSUP", "EISDIR", "EINVAL"];

/**
 * The errno for which this process can make no files in a directory; undefined when it can, and when only room is missing.
 * It is tried with a file that never has a name, because the runtime's access(2) looks only at permission bits: it knows
 * neither read-only file systems nor access lists.
 */
export function writeTrouble(directory: string): string | undefined {
  const errno = errnoFrom(() => fs.closeSync(fs.openSync(directory, fs.constants.O_RDWR | O_TMPFILE, 0o600)));
  if (!NO_TMPFILE.includes(errno)) return errno === "ENOSPC" || errno === "EDQUOT" ? undefined : errno;
  return errnoFrom(() => fs.accessSync(directory, fs.constants.W_OK | fs.constants.X_OK));
}

/** Whether a file or directory is on a file system that is mounted read-only; nothing is changed by asking. */
export function isReadOnlyPlace(path: string, isDirectory: boolean): boolean {
  if (isDirectory) return writeTrouble(path) === "EROFS";
  const { O_WRONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
  return errnoFrom(() => fs.closeSync(fs.openSync(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW))) === "EROFS";
}

function errnoFrom(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return errno;
  }
}

/** What {@link closeFile} takes. */
export interface Closing {
  readonly path: string;
  /** The inode that is meant. */
  readonly ino: number;
  /** New permission bits. */
  readonly mode: number;
}

/**
 * chmod(2) of the file, directory or socket that was seen, never of what a link leads to; false when another one is there
 * now. A socket cannot be opened: it is changed by its name.
 */
export function closeFile({ path, ino, mode }: Closing): boolean {
  const seen = fs.lstatSync(path, { throwIfNoEntry: false });
  if (seen?.ino !== ino || seen.isSymbolicLink()) return false;
  if (seen.isSocket()) {
    fs.chmodSync(path, mode);
    return true;
  }
  const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  try {
    if (fs.fstatSync(fd).ino !== ino) return false;
    fs.fchmodSync(fd, mode);
    return true;
  } finally {
    fs.closeSync(fd);
  }
}
