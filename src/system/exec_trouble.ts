import fs from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { Account } from "./accounts.ts";

/** What is to be executed. */
export interface Execution {
  /** argv; the first is looked up on `env.PATH` when it has no slash. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What forbids executing a file or entering a directory: it, or a directory above it; undefined when nothing does. */
export type FindClosed = (path: string) => string | undefined;

/** Where execvp(3) looks without a PATH. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/**
 * Why this cannot be executed, as far as the files tell; undefined when they tell nothing. The error carries `code`
 * (ENOENT, ENOTDIR, EACCES or ELOOP), `path`, the part that is at fault, `syscall` "spawn", and `isDirectory` when it is
 * the working directory that cannot be entered.
 */
function execTrouble(execution: Execution, findClosed: FindClosed, cause?: unknown) {
  const fail = (code: string, path: string) => execError(code, path, cause);
  const shut = (code: string, path: string) => Object.assign(fail(code, path), { isDirectory: true });
  const cwd = fs.statSync(execution.cwd, { throwIfNoEntry: false });
  if (cwd === undefined) return shut("ENOENT", execution.cwd);
  if (!cwd.isDirectory()) return shut("ENOTDIR", execution.cwd);
  const closed = findClosed(execution.cwd);
  if (closed !== undefined) return shut("EACCES", closed);
  const present = presentPlaces(execution);
  const [first] = present;
  if (first === undefined) return fail(whyAbsent(execution), execution.command[0] ?? "");
  const isRunnable = (place: string) => statOf(place)?.isFile() && findClosed(place) === undefined;
  return present.some(isRunnable) ? undefined : fail("EACCES", findClosed(first) ?? first);
}

/**
 * Why exec failed, found out afterwards: the runtime reports the failure late and maps EACCES to EPERM.
 * The error carries `code` (ENOENT, ENOTDIR, EACCES or ENOEXEC) and `path`, the part that is at fault.
 */
export function spawnFailure(execution: Execution, cause?: unknown): Error {
  const trouble = execTrouble(execution, closedToUs, cause);
  if (trouble !== undefined) return trouble;
  const place = presentPlaces(execution)[0] ?? execution.command[0] ?? "";
  const code = (cause as { code?: string } | undefined)?.code;
  const interpreter = code === undefined ? missingInterpreter(place) : undefined;
  if (interpreter !== undefined) return execError("ENOENT", interpreter, cause);
  return execError(code === undefined || code === "EPERM" ? "ENOEXEC" : code, place, cause);
}

function execError(code: string, path: string, cause: unknown) {
  return Object.assign(new Error(`${code}: cannot execute "${path}"`, { cause }), { code, path, syscall: "spawn" });
}

/** Every file that the command may mean, in the order of PATH. */
function presentPlaces(execution: Execution): string[] {
  return placesOf(execution).filter((place) => statOf(place) !== undefined);
}

function placesOf({ command, cwd, env }: Execution): string[] {
  const file = command[0] ?? "";
  if (file.includes("/")) return [isAbsolute(file) ? file : join(cwd, file)];
  return (env.PATH ?? DEFAULT_PATH).split(":").map((directory) => join(directory || cwd, file));
}

/** The kernel's word on a command that is not there; one that was looked up on PATH is simply not on it. */
function whyAbsent(execution: Execution): string {
  const [place = "", ...others] = placesOf(execution);
  return others.length > 0 ? "ENOENT" : lookAt(place).code ?? "ENOENT";
}

/** A part of PATH that is no directory, or that we may not look into, holds nothing for us. */
function statOf(path: string): fs.Stats | undefined {
  return lookAt(path).stat;
}

function lookAt(path: string): { readonly stat?: fs.Stats | undefined; readonly code?: string } {
  try {
    return { stat: fs.statSync(path, { throwIfNoEntry: false }) };
  } catch (error) {
    const { code = "" } = error as { code?: string };
    if (["ENOTDIR", "EACCES", "ELOOP"].includes(code)) return { code };
    throw error;
  }
}

/** By the kernel's word: permission bits, access lists, a file system that is mounted noexec. */
function closedToUs(path: string): string | undefined {
  try {
    fs.accessSync(path, fs.constants.X_OK);
    return undefined;
  } catch (error) {
    if (["EACCES", "EPERM"].includes((error as { code?: string }).code ?? "")) return path;
    throw error;
  }
}

/**
 * Why this cannot be executed, asked before it is tried: {@link execTrouble}, and a script whose interpreter is missing.
 * Another program stands before the command, so nobody will tell afterwards.
 */
export function foreseeTrouble(execution: Execution, findClosed: FindClosed = closedToUs): Error | undefined {
  const trouble = execTrouble(execution, findClosed);
  if (trouble !== undefined) return trouble;
  const place = presentPlaces(execution).find((one) => findClosed(one) === undefined);
  const interpreter = place === undefined ? undefined : missingInterpreter(place);
  return interpreter === undefined ? undefined : execError("ENOENT", interpreter, undefined);
}

/** The interpreter that a script names in its first line, when it is not there: exec then says ENOENT for the script. */
function missingInterpreter(path: string): string | undefined {
  const interpreter = /^#! *(\S+)/.exec(headOf(path))?.[1];
  return interpreter && !fs.existsSync(interpreter) ? interpreter : undefined;
}

/** Empty for a file that may be executed and not read. */
function headOf(path: string): string {
  try {
    const fd = fs.openSync(path, "r");
    try {
      const head = new Uint8Array(256);
      return new TextDecoder().decode(head.subarray(0, fs.readSync(fd, head, 0, head.length, 0)));
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if ((error as { code?: string }).code === "EACCES") return "";
    throw error;
  }
}

/**
 * The first of a path and its directories that `account`, without supplementary groups, may not execute or enter by its
 * permission bits; undefined when all are open to it. Access lists may say otherwise.
 */
export function closedPart(path: string, account: Pick<Account, "uid" | "gid">): string | undefined {
  const places = [...new Set([...lineage(path), ...lineage(fs.realpathSync(path))])];
  return places.find((place) => {
    const stat = statOf(place);
    return stat !== undefined && !isOpen(stat, account);
  });
}

function lineage(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...lineage(parent), path];
}

/** As path_resolution(7) has it: the first class that fits decides, and root enters every directory. */
function isOpen(stat: fs.Stats, { uid, gid }: Pick<Account, "uid" | "gid">): boolean {
  if (uid === 0) return stat.isDirectory() || (stat.mode & 0o111) !== 0;
  if (stat.uid === uid) return (stat.mode & 0o100) !== 0;
  if (stat.gid === gid) return (stat.mode & 0o010) !== 0;
  return (stat.mode & 0o001) !== 0;
}
