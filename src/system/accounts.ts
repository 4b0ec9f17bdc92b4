import fs from "node:fs";
import { AppdError } from "../base/errors.ts";

/** Who a process runs as: one line of passwd(5), with the group that was asked for. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  readonly home: string;
  readonly shell: string;
}

/** A user and a group, each by name or number. */
export interface AccountWish {
  readonly user?: string | undefined;
  readonly group?: string | undefined;
}

/** One line of a database of users or groups, by name or number; undefined when there is none. */
export type AccountLookup = (database: "passwd" | "group", key: string) => string | undefined;

/** The number that means "unchanged" to setuid(2), so nobody has it. */
const NOBODYS_NUMBER = 0xffff_ffff;
/** Seconds that a name service (LDAP, SSSD) has for its answer: nothing else runs meanwhile. */
const PATIENCE = "2";

/**
 * The account that is wanted. Nothing is kept: an account that is removed is missing at the next start. A user that is
 * given as a number needs no entry when the group is given too, as in containers.
 *
 * @param own our uid, for a wish that names only a group
 * @throws AppdError (config) when there is no such user or group
 */
export function resolveAccount(wish: AccountWish, own: number, lookup: AccountLookup = systemLookup): Account {
  const gid = wish.group === undefined ? undefined : groupNumber(wish.group, lookup);
  const user = wish.user ?? String(own);
  const entry = parsePasswd(lookup("passwd", user));
  if (entry !== undefined) return { ...entry, gid: gid ?? entry.gid };
  const uid = numberOf(user);
  if (uid === undefined) throw noSuch("user", user);
  if (gid === undefined) {
    throw new AppdError(`cannot find the account: user ${user} has no entry in passwd, so its group is not known`, {
      exit: "config",
      hint: `give the group as well, or see the users of this host: getent passwd`,
    });
  }
  return { uid, gid, name: user, home: "/", shell: "/bin/sh" };
}

function groupNumber(group: string, lookup: AccountLookup): number {
  const gid = numberOf(lookup("group", group)?.split(":")[2] ?? group);
  if (gid === undefined) throw noSuch("group", group);
  return gid;
}

function noSuch(what: "user" | "group", name: string): AppdError {
  const database = what === "user" ? "passwd" : "group";
  return new AppdError(`cannot find the account: no such ${what} "${name}"`, {
    exit: "config",
    hint: `see them all: getent ${database}`,
  });
}

/** `name:password:uid:gid:comment:home:shell`; home and shell may be empty, passwd(5). */
function parsePasswd(line: string | undefined): Account | undefined {
  const [name, , user, group, , home, shell] = line?.split(":") ?? [];
  const [uid, gid] = [numberOf(user), numberOf(group)];
  if (!name || uid === undefined || gid === undefined) return undefined;
  return { uid, gid, name, home: home || "/", shell: shell || "/bin/sh" };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) < NOBODYS_NUMBER ? Number(text) : undefined;
}

/** The line of a passwd(5) or group(5) file whose name is `key`, else the one whose number it is. */
export function findLine(text: string, key: string): string | undefined {
  const lines = text.split("\n").filter((line) => !line.startsWith("#"));
  return lines.find((line) => line.split(":", 1)[0] === key) ??
    lines.find((line) => line.split(":", 3)[2] === key);
}

/**
 * The host's own files first, because they answer at once and cannot hang; who is not in them is asked for by getent(1),
 * which knows every name service of the host. Without getent the files are all there is.
 */
function systemLookup(database: "passwd" | "group", key: string): string | undefined {
  if (key === "" || /[:\n\0]/.test(key)) return undefined;
  return findLine(readDatabase(`/etc/${database}`), key) ?? getent(database, key);
}

function readDatabase(path: string): string {
  try {
    return fs.readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return "";
    throw error;
  }
}

/** Exit codes of getent(1): 0 found, 2 not found. timeout(1) exits with 137 when it had to kill. */
function getent(database: string, key: string): string | undefined {
  const args = ["-s", "KILL", PATIENCE, "getent", database, "--", key];
  const options = { clearEnv: true, env: { PATH: "/usr/bin:/bin" }, stdin: "null", stderr: "null" } as const;
  try {
    const { code, stdout } = new Deno.Command("timeout", { ...options, args, stdout: "piped" }).outputSync();
    if (code === 0) return new TextDecoder().decode(stdout).split("\n")[0];
    if (code === 137) throw unanswered(database, key);
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Passes: its cause has the errno of a host that may answer later. */
function unanswered(database: string, key: string): AppdError {
  return new AppdError(`cannot find the account: no answer about "${key}" within ${PATIENCE} s`, {
    exit: "unavailable",
    hint: `try it: getent ${database} ${key}`,
    cause: Object.assign(new Error("getent timed out"), { code: "EAGAIN" }),
  });
}
