import type { Account, AccountWish } from "../system/accounts.ts";
import { systemLaunchHost } from "../system/launch_host.ts";
import type { Shared } from "./deps.ts";
import type { ProgramSpec } from "./program_spec.ts";

/** What a program may inherit from the daemon; everything else is declared or absent. */
const INHERITED: readonly string[] = ["PATH", "HOME", "USER", "SHELL", "LANG", "TZ"];

/** Ours or the runtime's: never handed on, not even when a configuration declares it by mistake of copying. */
const OURS = /^(NOTIFY_SOCKET|WATCHDOG_(USEC|PID)|APPD_INTERNAL_.*|LISTEN_(FDS|PID|FDNAMES))$/;

/** Name of the variable that marks every process of a program, or of a job's run, also those that leave its session. */
export const MARK_VARIABLE = "APPD_PROGRAM_ID";

type Variables = Readonly<Record<string, string>>;

export interface EnvironmentOptions {
  /** The daemon's own environment. */
  readonly inherited: Variables;
  readonly declared: Variables;
  /** Whose HOME, USER, LOGNAME and SHELL it gets; undefined: the daemon's. */
  readonly account?: Account | undefined;
  /** Leads back to the daemon, see addressOf. */
  readonly address?: Variables | undefined;
  /** Given by us for this program: NOTIFY_SOCKET of its own probe, MAINPID of a stop command. */
  readonly extra?: Variables | undefined;
  /** What names it, and its {@link MARK_VARIABLE}. */
  readonly own: Variables;
}

/** The whole environment of a program or job: a clean start, then what is declared, then what names it. */
export function childEnvironment(options: EnvironmentOptions): Record<string, string> {
  const { inherited, declared, account } = options;
  return {
    ...inheritedOf(inherited),
    ...(account === undefined ? {} : loginOf(account)),
    ...options.address,
    ...only(declared, (name) => !OURS.test(name)),
    ...options.extra,
    ...options.own,
  };
}

/** What of the daemon's own environment anything that it starts gets. */
export function inheritedOf(variables: Variables): Record<string, string> {
  return only(variables, (name) => INHERITED.includes(name));
}

function only(variables: Variables, isWanted: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => isWanted(name)));
}

/** What login(1) sets. */
function loginOf({ name, home, shell }: Account): Record<string, string> {
  return { HOME: home, USER: name, LOGNAME: name, SHELL: shell };
}

/** Who a program runs as; undefined when it is to run as the daemon does. @throws AppdError when there is no such user */
export function accountOf({ launchHost }: Pick<Shared, "launchHost">, { user, group }: AccountWish) {
  if (user === undefined && group === undefined) return undefined;
  return (launchHost ?? systemLaunchHost).account({ user, group });
}

/** Who wants an environment, and what it says. */
export interface EnvironmentWish {
  readonly spec: Pick<ProgramSpec, "name" | "env" | "user" | "group" | "family">;
  /** Variables that are ours to give, such as NOTIFY_SOCKET of the program's own probe. */
  readonly extra?: Variables | undefined;
  /** Default: what names a program, see {@link EnvironmentOptions.own}. */
  readonly own?: Variables | undefined;
}

/**
 * The environment of anything that runs as a part of a program: its main process, its probes, its stop command.
 *
 * @throws AppdError when there is no such user
 */
export function environmentOf(
  shared: Pick<Shared, "inheritedEnv" | "address" | "directory" | "launchHost">,
  { spec, extra, own = ownOf(shared, spec) }: EnvironmentWish,
  account: Account | undefined = accountOf(shared, spec),
): Record<string, string> {
  return childEnvironment({
    inherited: shared.inheritedEnv,
    declared: spec.env,
    account: spec.user === undefined ? undefined : account,
    address: shared.address,
    extra,
    own,
  });
}

function ownOf({ directory }: Pick<Shared, "directory">, { name, family }: EnvironmentWish["spec"]): Variables {
  return { APPD_PROGRAM: name, APPD_INSTANCE: `${family?.number ?? 1}`, [MARK_VARIABLE]: markOf(directory, name) };
}

/** Unique on this host: no other instance may take a program's processes for its own. */
export function markOf(directory: string, program: string): string {
  return `${directory}/${program}`;
}
