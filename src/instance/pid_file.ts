import { AppdError, cannot, systemError } from "../base/errors.ts";
import { type Files, writeFileAtomic } from "../system/files.ts";

/** What the PID file says. `bad` carries the reason in words; such a file is never acted on. */
export type PidFileContent =
  | { readonly kind: "absent" }
  | { readonly kind: "pid"; readonly pid: number }
  | { readonly kind: "bad"; readonly reason: string };

/** Longest text that can hold a PID and a newline: pid_max is at most 2^22 (proc_sys_kernel(5)). */
const MAX_BYTES = 32;
const MAX_PID = 4_194_304;

/** PIDs that a PID file must never name: ourselves and who started us. */
export interface OwnFamily {
  readonly pids: readonly number[];
  readonly uid: number;
}

/**
 * Reads the PID file without following a symbolic link.
 *
 * @throws AppdError (noPermission) when we are root and the file is another user's or writable by others
 */
export function readPidFile(files: Files, path: string, family: OwnFamily): PidFileContent {
  let fd: number;
  try {
    fd = files.open(path, { access: "read", nonblock: true });
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent" };
    if (code === "ELOOP") return { kind: "bad", reason: "it is a symbolic link" };
    throw systemError(["read PID file", path], error);
  }
  try {
    const stat = files.fstat(fd);
    if (stat.kind !== "file") return { kind: "bad", reason: "it is not a regular file" };
    refuseForeign(path, stat, family.uid);
    const bytes = new Uint8Array(MAX_BYTES + 1);
    return parsePid(new TextDecoder("latin1").decode(bytes.subarray(0, files.read(fd, bytes, 0))), family.pids);
  } finally {
    files.close(fd);
  }
}

function refuseForeign(path: string, stat: { uid: number; mode: number }, uid: number): void {
  if (uid !== 0) return;
  const why = stat.uid !== 0
    ? `it belongs to user ${stat.uid}`
    : (stat.mode & 0o022) !== 0
    ? "others can write to it"
    : "";
  if (why === "") return;
  throw cannot(["trust PID file", path], `${why}, and we are root`, {
    exit: "noPermission",
    hint: stat.uid === 0 ? `look at it, then remove it: rm "${path}"` : `be that user: sudo -u "#${stat.uid}" appd …`,
  });
}

/** The PID in `text`, or why there is none: only a bare decimal number with at most one newline counts. */
export function parsePid(text: string, family: readonly number[]): PidFileContent {
  const bad = (reason: string): PidFileContent => ({ kind: "bad", reason });
  if (text.trim() === "") return bad("it is empty");
  const match = /^([0-9]{1,10})\n?$/.exec(text);
  if (!match) return bad("it does not hold one number on one line");
  const pid = Number(match[1]);
  if (pid <= 1 || pid > MAX_PID) return bad(`${pid} cannot be a daemon's PID`);
  if (family.includes(pid)) return bad(`${pid} is this command itself or its parent`);
  return { kind: "pid", pid };
}

/**
 * Writes our PID as the only line, atomically, mode 0644, so that `kill -HUP $(cat daemon.pid)` works.
 *
 * @throws AppdError (cannotCreate, noPermission, io)
 */
export function writePidFile(files: Files, path: string, pid: number): void {
  try {
    refuseOccupied(files, path);
    writeFileAtomic(files, path, `${pid}\n`, 0o644);
  } catch (error) {
    throw systemError(["write PID file", path], error);
  }
}

/**
 * Whether a PID file could be written: makes another file in its place, and removes that.
 *
 * @throws AppdError as {@link writePidFile}
 */
export function tryPidFile(files: Files, path: string): void {
  const trial = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    refuseOccupied(files, path);
    files.close(files.open(trial, { access: "write", exclusive: true }));
    files.unlink(trial);
  } catch (error) {
    throw systemError(["write PID file", path], error);
  }
}

function refuseOccupied(files: Files, path: string): void {
  const there = files.stat(path);
  if (there === undefined || there.kind === "file") return;
  throw new AppdError(`cannot write PID file "${path}": a ${there.kind} is in its place`, {
    exit: "noPermission",
    hint: `remove it: rm "${path}"`,
  });
}
