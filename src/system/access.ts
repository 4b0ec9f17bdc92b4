import fs from "node:fs";
import { errnoOf } from "../base/errors.ts";

/** The errno for which this process can make no files in a directory: access(2). Undefined when it can. */
export function writeTrouble(directory: string): string | undefined {
  try {
    fs.accessSync(directory, fs.constants.W_OK | fs.constants.X_OK);
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
