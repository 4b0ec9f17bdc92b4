import { resolve } from "node:path";
import { AppdError, errnoOf } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { readEnvFile } from "../config/env_file.ts";
import type { Reading } from "../schema/kind.ts";
import { spawnFailure } from "../system/exec_trouble.ts";
import type { Files } from "../system/files.ts";
import type { Host } from "../system/host.ts";

/** The host that processes would be started on. */
export interface Surroundings {
  readonly files: Files;
  readonly host: Pick<Host, "env" | "uid">;
}

/** What a program or a job says of its process. */
interface ProcessConfig {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly envFile?: string;
  readonly user?: string;
  readonly group?: string;
}

interface Place extends Surroundings {
  readonly reading: Reading;
  readonly accounts: Accounts;
  /** Whose process it is. */
  readonly noun: "program" | "job";
  /** What it runs, each with where that stands. */
  readonly commands: readonly { readonly path: readonly string[]; readonly command: readonly string[] }[];
}

/** Warns of what would keep a process from starting: its directory, commands, file of variables, user and group. */
export function warnOfProcess(process: ProcessConfig, place: Place): void {
  const { reading, host, commands } = place;
  const { cwd } = process;
  warnOfAccounts(process, place);
  const env = environmentOf(process, place);
  if (!warnOfDirectory(["cwd"], cwd, place)) return;
  const here = { reading, cwd, env: { ...host.env, ...env } };
  for (const { path, command } of commands) warnOfCommand(path, command, here);
}

/** Whether the directory is there; warns when not. @param place `missing`: what to do then, for a directory of another kind */
export function warnOfDirectory(
  path: readonly string[],
  directory: string,
  { files, reading, missing = `mkdir -p "${directory}"` }: Pick<Place, "files" | "reading"> & { missing?: string },
): boolean {
  const kind = kindOf(files, directory);
  if (kind === "directory") return true;
  if (kind === undefined) {
    reading.warn(`is "${directory}", and there is no such directory`, { path, hint: missing });
    return false;
  }
  const what = kind === "file" ? "a file" : "something else";
  reading.warn(`is "${directory}", which is ${what} and no directory`, {
    path,
    hint: `look there: ls -ld "${directory}"`,
  });
  return false;
}

/** The variables that the process gets, of which PATH decides where its command is looked for. */
function environmentOf({ env, envFile }: ProcessConfig, { files, reading, noun }: Place): Record<string, string> {
  if (envFile === undefined) return { ...env };
  try {
    return { ...readEnvFile(files, envFile), ...env };
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    const what = noun === "program" ? "the daemon from starting" : "the job from running";
    reading.warn(`keeps ${what}: ${error.message}`, { path: ["env_file"] });
    return { ...env };
  }
}

/** What is at the path; undefined when nothing is, or nothing that we can reach: the process could not either. */
function kindOf(files: Files, path: string): string | undefined {
  try {
    return files.stat(files.realPath(path))?.kind;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/** Warns of a command that cannot be run. */
export function warnOfCommand(
  path: readonly string[],
  command: readonly string[],
  { reading, cwd, env }: { reading: Reading; cwd: string; env: Readonly<Record<string, string>> },
): void {
  const [word = ""] = command;
  const trouble = troubleWith({ command, cwd, env });
  if (trouble === undefined) return;
  const hint = /\s/.test(word)
    ? "every word is a text of its own in the array"
    : word.includes("/")
    ? `look there: ls -l "${resolve(cwd, word)}"`
    : `looked for on PATH, ${env.PATH}`;
  reading.warn(`cannot be run: ${trouble}`, { path: [...path, 0], hint });
}

/** Why exec(2) would fail; undefined when it would not, as far as can be seen from outside. */
function troubleWith(options: Parameters<typeof spawnFailure>[0]): string | undefined {
  const { code, path } = failureOf(options) as { code?: string; path?: string };
  if (code === "ENOENT") return `there is no "${path}"`;
  if (code === "EACCES") return `"${path}" is not executable`;
  return undefined;
}

function failureOf(options: Parameters<typeof spawnFailure>[0]): unknown {
  try {
    return spawnFailure(options);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return error; // A directory on the way that this user may not search.
  }
}

interface Account {
  readonly name: string;
  readonly id: string;
}

/** The accounts of the host. */
export interface Accounts {
  readonly users: readonly Account[];
  readonly groups: readonly Account[];
}

/** Reads the accounts of the host, for all processes together. */
export function accountsOf(files: Pick<Files, "readText">): Accounts {
  return { users: accountsIn(files, "/etc/passwd"), groups: accountsIn(files, "/etc/group") };
}

function warnOfAccounts({ user, group }: ProcessConfig, { accounts, host, reading, noun }: Place): void {
  if (user !== undefined) warnOfAccount("user", user, { accounts: accounts.users, reading });
  if (group !== undefined) warnOfAccount("group", group, { accounts: accounts.groups, reading });
  if (user === undefined || host.uid === 0 || user === String(host.uid)) return;
  if (user === accounts.users.find(({ id }) => id === String(host.uid))?.name) return;
  reading.warn(`is "${user}", and only root can run ${noun}s as another user`, {
    path: ["user"],
    hint: "start the daemon as root, or take the line out",
  });
}

function warnOfAccount(
  key: "user" | "group",
  name: string,
  { accounts, reading }: { accounts: readonly Account[]; reading: Reading },
): void {
  // A number needs no entry; where there are no entries at all, they are kept elsewhere.
  if (/^\d+$/.test(name) || accounts.length === 0 || accounts.some((account) => account.name === name)) return;
  const near = nearest(name, accounts.map((account) => account.name));
  const more = near === undefined ? "" : `, did you mean "${near}"?`;
  reading.warn(`is "${name}", and this host has no such ${key}`, {
    path: [key],
    hint: `see them: getent ${key === "user" ? "passwd" : "group"}${more}`,
  });
}

/** The accounts of a file in the form of passwd(5) or group(5). */
function accountsIn(files: Pick<Files, "readText">, path: string): Account[] {
  try {
    return files.readText(path).split("\n").flatMap((line) => {
      const [name = "", , id = ""] = line.split(":");
      return name === "" || name.startsWith("#") ? [] : [{ name, id }];
    });
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return []; // Without the file nothing can be said.
  }
}
