import { AppdError, cannot, systemError } from "../base/errors.ts";
import type { Files } from "../system/files.ts";

/**
 * Makes the directories that do not exist yet, mode 0700, and refuses a home that others could have prepared.
 *
 * @param directories absolute paths, parents first
 * @throws AppdError (cannotCreate, noPermission) naming path and errno
 */
export function prepareDirectories(files: Files, directories: readonly string[], uid: number): void {
  for (const path of directories) {
    try {
      files.makeDirectory(path, 0o700);
    } catch (error) {
      throw systemError(["create directory", path], error, "choose another place with --home");
    }
    checkOwner(files, path, uid);
  }
}

function checkOwner(files: Files, path: string, uid: number): void {
  const stat = files.stat(path);
  if (stat?.kind === "symlink") return; // An operator's own link to a data disk; what it leads to is checked on use.
  if (stat?.kind !== "directory") {
    throw new AppdError(`cannot use directory "${path}": it is not a directory`, { exit: "cannotCreate" });
  }
  if (uid === 0 && stat.uid !== 0) {
    throw cannot(["use directory", path], `it belongs to user ${stat.uid}, and we are root`, {
      exit: "noPermission",
      hint: `give it to root: chown root "${path}", or start as that user`,
    });
  }
  if ((stat.mode & 0o022) !== 0 && (stat.mode & 0o1000) === 0) {
    throw cannot(["use directory", path], "others can write to it", {
      exit: "noPermission",
      hint: `close it: chmod 700 "${path}"`,
    });
  }
}
