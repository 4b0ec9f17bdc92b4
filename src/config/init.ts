import { dirname } from "node:path";
import { AppdError, errnoOf, systemError } from "../base/errors.ts";
import { type Files, handOver, writeAll, writeFileAtomic } from "../system/files.ts";

/** Permission bits of the directory that a first configuration brings along. */
const HOME_MODE = 0o700;

/**
 * Writes a starter file.
 *
 * @param force replaces an existing file
 * @throws AppdError (cannotCreate) when the file exists, or it cannot be written
 */
export function initConfig({ files, path, text, force }: {
  readonly files: Files;
  readonly path: string;
  readonly text: string;
  readonly force: boolean;
}): void {
  try {
    if (files.stat(dirname(path)) === undefined) files.makeDirectory(dirname(path), HOME_MODE);
    const heir = files.stat(dirname(path)); // Root's file in the home of a service would be closed to the service.
    if (force) return writeFileAtomic(files, path, text, 0o600, heir);
    const fd = files.open(path, { access: "write", exclusive: true, mode: 0o600 });
    try {
      handOver(files, fd, heir);
      writeAll(files, fd, new TextEncoder().encode(text));
      files.fsync(fd);
    } catch (error) {
      files.unlink(path); // Nothing half done, as on a full disk.
      throw error;
    } finally {
      files.close(fd);
    }
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw systemError(["write", path], error);
    throw new AppdError(`cannot write "${path}": the file exists`, {
      exit: "cannotCreate",
      hint: "replace it: --force, or print it: --stdout",
    });
  }
}
