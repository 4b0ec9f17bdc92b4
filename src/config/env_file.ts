import { AppdError, errnoOf, systemError } from "../base/errors.ts";
import type { Files } from "../system/files.ts";

/** Largest file of variables, in bytes. */
const MAX_BYTES = 1024 * 1024;

const IS_ENV_FILE = "it is the env_file of a program or a job";

/**
 * Variables of a file: one `KEY=value` a line; empty lines and lines that begin with `#` are skipped, `export ` before a
 * key too; quotes around a value are taken off, and inside double ones `\n`, `\"` and `\\` mean what they say. Nothing is
 * expanded. (As systemd's EnvironmentFile= and docker's --env-file, without continuation lines.)
 *
 * @throws AppdError (config) naming file and line; a value is never part of the message
 */
export function readEnvFile(
  files: Pick<Files, "open" | "close" | "read" | "fstat">,
  path: string,
): Record<string, string> {
  const text = readAll(files, path);
  const entries = text.split(/\r?\n/).flatMap((line, index) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return [];
    const pair = /^(?:export\s+)?([^\s=]+)\s*=\s*(.*)$/.exec(trimmed);
    if (pair === null || trimmed.includes("\0")) throw refuse(`${path}:${index + 1}:1`, "expected KEY=value");
    return [[pair[1] ?? "", unquote(pair[2] ?? "")]] as const;
  });
  return Object.fromEntries(entries);
}

function unquote(value: string): string {
  const single = /^'([^']*)'$/.exec(value);
  if (single) return single[1] ?? "";
  const double = /^"((?:[^"\\]|\\.)*)"$/.exec(value);
  return double ? (double[1] ?? "").replace(/\\(.)/g, (_, char: string) => char === "n" ? "\n" : char) : value;
}

function readAll(files: Pick<Files, "open" | "close" | "read" | "fstat">, path: string): string {
  try {
    const fd = files.open(path, { access: "read", nonblock: true, follow: true });
    try {
      if (files.fstat(fd).kind !== "file") throw refuse(path, "is not a regular file");
      const bytes = new Uint8Array(MAX_BYTES + 1);
      let length = 0;
      for (let count = 1; count > 0 && length < bytes.length; length += count) {
        count = files.read(fd, bytes.subarray(length), null);
      }
      if (length > MAX_BYTES) throw refuse(path, "is larger than 1 MiB");
      return new TextDecoder().decode(bytes.subarray(0, length));
    } finally {
      files.close(fd);
    }
  } catch (error) {
    if (error instanceof AppdError) throw error;
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") throw refuse(path, "no such file");
    throw systemError(["read", path], error, IS_ENV_FILE);
  }
}

function refuse(path: string, cause: string): AppdError {
  return new AppdError(`cannot use "${path}": ${cause}`, { exit: "config", hint: IS_ENV_FILE });
}
