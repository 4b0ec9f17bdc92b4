import { resolve } from "node:path";
import { formatDuration } from "../../base/duration.ts";
import { AppdError, errnoOf } from "../../base/errors.ts";
import type { LoadResult } from "../../config/config.ts";
import { problemText } from "../../config/config_error.ts";
import { readEnvFile } from "../../config/env_file.ts";
import { problemsOf } from "../../config/problems.ts";
import { nearest } from "../../base/nearest.ts";
import type { ProgramConfig } from "../../schema/appd_schema.ts";
import { type Flaw, type Reading, startReading } from "../../schema/kind.ts";
import type { Files } from "../../system/files.ts";
import type { Host } from "../../system/host.ts";
import { spawnFailure } from "../../system/exec_trouble.ts";

/** The host that programs would be started on. */
export interface Surroundings {
  readonly files: Files;
  readonly host: Pick<Host, "env" | "uid">;
}

/**
 * What would keep programs from starting on this host, as it is now: a directory, a command, a file of variables, a user or
 * a group that is not there. Not an error: it can appear before the daemon starts, and the file may be meant for another
 * host. And what is promised to a program that a shutdown will not keep.
 */
export async function programWarnings(loaded: LoadResult, around: Surroundings): Promise<string[]> {
  const flaws: Flaw[] = [];
  const reading = startReading({ base: loaded.home, sink: (flaw) => void flaws.push(flaw) });
  for (const [index, program] of loaded.config.programs.entries()) {
    const here = reading.at("program").at(index);
    warnOfProgram(program, { ...around, reading: here });
    warnOfShutdown(program, loaded.config.daemon, here);
  }
  for (const [index, { command }] of loaded.config.notifications.entries()) {
    const here = { reading: reading.at("notify").at(index), cwd: loaded.home, env: around.host.env };
    if (command !== undefined) warnOfCommand(["command"], command, here);
  }
  const problems = await problemsOf(flaws.map((flaw) => ({ flaw, from: "file" })), loaded.file);
  return problems.map(problemText);
}

interface Place extends Surroundings {
  readonly reading: Reading;
}

function warnOfProgram(program: ProgramConfig, place: Place): void {
  const { files, reading, host } = place;
  const { cwd, command, stopCommand, ready, live } = program;
  warnOfAccounts(program, place);
  const env = environmentOf(program, place);
  const kind = kindOf(files, cwd);
  if (kind === undefined) {
    return reading.warn(`is "${cwd}", and there is no such directory`, { path: ["cwd"], hint: `mkdir -p "${cwd}"` });
  }
  if (kind !== "directory") {
    const what = kind === "file" ? "a file" : "something else";
    return reading.warn(`is "${cwd}", which is ${what} and no directory`, {
      path: ["cwd"],
      hint: `look there: ls -ld "${cwd}"`,
    });
  }
  const here = { reading, cwd, env: { ...host.env, ...env } };
  warnOfCommand(["command"], command, here);
  if (stopCommand !== undefined) warnOfCommand(["stop_command"], stopCommand, here);
  if (ready?.method.kind === "exec") warnOfCommand(["ready", "exec"], ready.method.command, here);
  if (live?.method.kind === "exec") warnOfCommand(["live", "exec"], live.method.command, here);
}

/** The variables that the program declares, of which PATH decides where its command is looked for. */
function environmentOf({ env, envFile }: ProgramConfig, { files, reading }: Place): Record<string, string> {
  if (envFile === undefined) return { ...env };
  try {
    return { ...readEnvFile(files, envFile), ...env };
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    reading.warn(`keeps the daemon from starting: ${error.message}`, { path: ["env_file"] });
    return { ...env };
  }
}

/** What is at the path; undefined when nothing is, or nothing that we can reach: a program could not either. */
function kindOf(files: Files, path: string): string | undefined {
  try {
    return files.stat(files.realPath(path))?.kind;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/** The daemon's own end does not wait for the longest of its programs. */
function warnOfShutdown(
  { stopTimeout }: ProgramConfig,
  { shutdownTimeout }: LoadResult["config"]["daemon"],
  reading: Reading,
): void {
  if (stopTimeout <= shutdownTimeout) return;
  const [own, all] = [stopTimeout, shutdownTimeout].map(formatDuration);
  reading.warn(`is ${own}, and when the daemon stops, daemon.shutdown_timeout cuts it short (${all})`, {
    path: ["stop_timeout"],
    hint: `appd config set daemon.shutdown_timeout ${own}`,
  });
}

function warnOfCommand(
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

function warnOfAccounts({ user, group }: ProgramConfig, { files, host, reading }: Place): void {
  const users = accountsIn(files, "/etc/passwd");
  const own = users.find(({ id }) => id === String(host.uid))?.name;
  if (user !== undefined) warnOfAccount("user", user, { accounts: users, reading });
  if (group !== undefined) warnOfAccount("group", group, { accounts: accountsIn(files, "/etc/group"), reading });
  if (user === undefined || host.uid === 0 || user === own || user === String(host.uid)) return;
  reading.warn(`is "${user}", and only root can run programs as another user`, {
    path: ["user"],
    hint: "start the daemon as root, or take the line out",
  });
}

interface Account {
  readonly name: string;
  readonly id: string;
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
function accountsIn(files: Files, path: string): Account[] {
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
