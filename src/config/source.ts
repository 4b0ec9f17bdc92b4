import { join } from "node:path";
import { errnoOf, systemError } from "../base/errors.ts";
import type { FileStat } from "../system/files.ts";
import type { LoadOptions } from "./config.ts";
import { ConfigError } from "./config_error.ts";

/** Largest configuration file, in bytes. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

/** What stands instead of a file, for a message. */
const KINDS: Readonly<Record<FileStat["kind"], string>> = {
  file: "a file",
  directory: "a directory",
  symlink: "a symbolic link",
  fifo: "a FIFO",
  socket: "a socket",
  other: "a device",
};

/**
 * The text of the configuration file; undefined when there is none and nobody asked for it by name. Never waits: the
 * open does not block and nothing but a regular file is read.
 *
 * @throws ConfigError when it is no regular file, too large or no UTF-8
 * @throws AppdError (noPermission, io) when it cannot be read
 */
export function readSource(options: Pick<LoadOptions, "file" | "explicit" | "files">): string | undefined {
  const { file, files, explicit = false } = options;
  const fd = openSource({ file, files, explicit });
  if (fd === undefined) return undefined;
  try {
    const { kind, size } = files.fstat(fd);
    if (kind === "directory") {
      throw refuse(file, "is a directory", `name a file, such as one in it: --config ${join(file, "config.toml")}`);
    }
    if (kind !== "file") {
      throw refuse(file, `is ${KINDS[kind]}, not a regular file`, "name a regular file with --config");
    }
    if (size > MAX_CONFIG_BYTES) throw tooLarge(file);
    return decode(file, readAll({ fd, files, file }));
  } finally {
    files.close(fd);
  }
}

function openSource({ file, files, explicit }: Required<Pick<LoadOptions, "file" | "explicit" | "files">>) {
  try {
    return files.open(file, { access: "read", nonblock: true, follow: true });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "ENOTDIR") {
      if (!explicit) return undefined; // Who needs the directory says what is wrong with it.
      throw refuse(file, "no such file", "make one: appd config init, or take --config out");
    }
    if (errno === "ENXIO" || errno === "ENODEV") {
      throw refuse(file, "is a socket or a device, not a regular file", "name a regular file with --config");
    }
    if (errno === "ELOOP") throw refuse(file, "is a loop of symbolic links");
    throw systemError(["read", file], error, `let this user read it: chmod u+r, or chown "${file}"`);
  }
}

/** Reads to the end whatever fstat said, because files of the kernel claim to be empty. */
function readAll({ fd, files, file }: { fd: number; files: LoadOptions["files"]; file: string }): Uint8Array {
  const bytes = new Uint8Array(MAX_CONFIG_BYTES + 1);
  let length = 0;
  while (length < bytes.length) {
    const count = readSome(fd, { files, into: bytes.subarray(length), file });
    if (count === 0) return bytes.subarray(0, length);
    length += count;
  }
  throw tooLarge(file);
}

function readSome(
  fd: number,
  { files, into, file }: { files: LoadOptions["files"]; into: Uint8Array; file: string },
): number {
  try {
    return files.read(fd, into, null);
  } catch (error) {
    throw systemError(["read", file], error);
  }
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw refuse(file, "is not valid UTF-8", "save it as UTF-8", badLine(bytes));
  }
}

/** Number of the first line that is not UTF-8. */
function badLine(bytes: Uint8Array): number {
  for (let line = 1, from = 0; from <= bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from);
    const piece = bytes.subarray(from, end < 0 ? bytes.length : end);
    if (new TextDecoder().decode(piece).includes("\ufffd")) return line;
    if (end < 0) break;
    from = end + 1;
  }
  return 1;
}

function tooLarge(file: string): ConfigError {
  return refuse(file, `is larger than ${MAX_CONFIG_BYTES / 1024 / 1024} MiB`, "name the right file with --config");
}

function refuse(path: string, message: string, hint?: string, line = 1): ConfigError {
  return new ConfigError([{
    place: { kind: "file", path, line, column: 1 },
    message,
    ...(hint === undefined ? {} : { hint }),
  }]);
}
