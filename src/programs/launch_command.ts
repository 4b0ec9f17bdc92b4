import { AppdError } from "../base/errors.ts";
import type { Account } from "../system/accounts.ts";
import type { LaunchHost, LaunchTool } from "../system/launch_host.ts";
import type { Privileges } from "../system/privileges.ts";
import type { ProgramSpec } from "./program_spec.ts";

/** What of a program's configuration decides under which conditions its commands run. */
export type LaunchWish = Pick<ProgramSpec, "command" | "limits" | "nice">;

type Host = Pick<LaunchHost, "privileges" | "tool">;

/**
 * The command with what has to stand before it: `prlimit`, `nice` and `setpriv`, in this order, so that limits are raised
 * and priority is taken while that is still allowed. Each executes the next in its own place: the PID is the program's
 * own and nothing stays behind. `setpriv` drops all supplementary groups. A command that wants nothing is left as it is.
 *
 * @param account whose user and group it gets; undefined: ours
 * @throws AppdError when this process may not do it, or the host lacks a tool
 */
export function launchCommand(wish: LaunchWish, account: Account | undefined, host: Host): readonly string[] {
  const limits = Object.entries(wish.limits ?? {});
  if (limits.length === 0 && wish.nice === undefined && account === undefined) return wish.command;
  const own = host.privileges();
  return [
    ...limitWords(limits, own, host),
    ...niceWords(wish.nice, own, host),
    ...accountWords(account, own, host),
    ...wish.command,
  ];
}

/** @returns `prlimit --nofile=1024:4096 --` */
function limitWords(limits: readonly [name: string, value: string][], own: Privileges, host: Host): string[] {
  if (limits.length === 0) return [];
  for (const [name, value] of limits) checkLimit(name, value, own);
  return [toolOf("prlimit", host), ...limits.map(([name, value]) => `--${name}=${value}`), "--"];
}

/** prlimit(1) itself would end with 1 and words in the program's log, and be started again for ever. */
function checkLimit(name: string, value: string, own: Privileges): void {
  const [soft = NaN, hard = soft] = value.split(":").map((part) => part === "unlimited" ? Infinity : Number(part));
  const text = (number: number) => number === Infinity ? "unlimited" : `${number}`;
  const refuse = (why: string, exit: "config" | "noPermission", hint: string) => {
    throw new AppdError(`cannot set the limit ${name} to ${value}: ${why}`, { exit, hint });
  };
  if (Number.isNaN(soft) || Number.isNaN(hard)) {
    refuse("not a number or unlimited", "config", `for example ${name} = "1024:4096"`);
  }
  if (soft > hard) refuse("the soft limit is above the hard limit", "config", `for example ${name} = "1024:4096"`);
  if (name === "nofile" && hard > own.mostFiles) {
    refuse(`this kernel allows ${own.mostFiles}`, "config", "see it: sysctl fs.nr_open");
  }
  const most = own.hardLimits[name] ?? Infinity;
  if (hard > most && !own.raisesLimits) {
    refuse(
      `the daemon's own hard limit is ${text(most)}, and it may not raise it`,
      "noPermission",
      "raising takes CAP_SYS_RESOURCE; see the limits: prlimit",
    );
  }
}

/** nice(1) adds to the niceness that it has itself; what is configured is what the program gets. */
function niceWords(nice: number | undefined, own: Privileges, host: Host): string[] {
  if (nice === undefined || nice === own.nice) return [];
  if (nice < own.lowestNice) {
    throw new AppdError(`cannot set the niceness to ${nice}: without root not below ${own.lowestNice}`, {
      exit: "noPermission",
      hint: "run the daemon as root, or allow it: ulimit -e",
    });
  }
  return [toolOf("nice", host), "-n", `${nice - own.nice}`, "--"];
}

function accountWords(account: Account | undefined, own: Privileges, host: Host): string[] {
  if (account === undefined) return [];
  const { uid, gid, name } = account;
  if (!own.changesUser) {
    if (uid === own.uid && gid === own.gid) return [];
    throw new AppdError(`cannot run as user "${name}" (uid ${uid}, gid ${gid}): only root may`, {
      exit: "noPermission",
      hint: "run the daemon as root, or take user and group out",
    });
  }
  return [toolOf("setpriv", host), `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--"];
}

const PACKAGES: Readonly<Record<LaunchTool, string>> = {
  setpriv: "util-linux",
  prlimit: "util-linux",
  nice: "coreutils",
};

function toolOf(name: LaunchTool, host: Host): string {
  const path = host.tool(name);
  if (path !== undefined) return path;
  throw new AppdError(`cannot find the tool "${name}", which sets what was configured`, {
    exit: "unavailable",
    hint: `apt-get install ${PACKAGES[name]}`,
  });
}
