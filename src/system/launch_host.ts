import fs from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { type Account, type AccountWish, resolveAccount } from "./accounts.ts";
import { closedPart, type Execution, foreseeTrouble } from "./exec_trouble.ts";
import { ownPrivileges, type Privileges } from "./privileges.ts";

/** Programs that put a command under other conditions and then execute it in their own place. */
export type LaunchTool = "setpriv" | "prlimit" | "nice";

/** What the host tells about running a program under conditions of its own: user, limits, priority. */
export interface LaunchHost {
  /** @throws AppdError when there is no such user or group */
  account(wish: AccountWish): Account;
  privileges(): Privileges;
  /** Absolute path of a tool; undefined when this host does not have it. */
  tool(name: LaunchTool): string | undefined;
  /**
   * What will keep `account` (or this process's own user) from executing a command; the error carries `code` and `path`.
   * Undefined when nothing will, as far as can be told beforehand.
   */
  foresee(execution: Execution, account: Account | undefined): Error | undefined;
}

/** Where tools are, before the PATH that we were started with. */
const TOOL_PLACES = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/** BusyBox has tools of these names that lack what we need. */
const NOT_OF_BUSYBOX: readonly LaunchTool[] = ["setpriv", "prlimit"];

function findTool(name: LaunchTool): string | undefined {
  const rest = (Deno.env.get("PATH") ?? "").split(":").filter(isAbsolute);
  return [...TOOL_PLACES, ...rest].map((place) => join(place, name)).find((path) => {
    if (!fs.statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
    return !NOT_OF_BUSYBOX.includes(name) || basename(fs.realpathSync(path)) !== "busybox";
  });
}

/** Permission bits answer at once. When they say no, the kernel is asked, as that user: access lists may say yes. */
function closedTo(account: Account, path: string): string | undefined {
  const suspect = closedPart(path, account);
  return suspect === undefined || mayExecute(account, path) ? undefined : suspect;
}

function mayExecute({ uid, gid }: Account, path: string): boolean {
  const setpriv = findTool("setpriv");
  if (setpriv === undefined) return false;
  const options = { clearEnv: true, stdin: "null", stdout: "null", stderr: "null", cwd: "/" } as const;
  const args = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--", "/usr/bin/test", "-x", path];
  return new Deno.Command(setpriv, { ...options, args }).outputSync().success;
}

/** The machine that we run on. */
export const systemLaunchHost: LaunchHost = {
  account: (wish) => resolveAccount(wish, Deno.uid() ?? 0),
  privileges: ownPrivileges,
  tool: findTool,
  foresee: (execution, account) =>
    account === undefined || account.uid === Deno.uid()
      ? foreseeTrouble(execution)
      : foreseeTrouble(execution, (path) => closedTo(account, path)),
};
