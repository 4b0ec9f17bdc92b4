import type { Account } from "../system/accounts.ts";
import { systemLaunchHost } from "../system/launch_host.ts";
import type { Shared } from "./deps.ts";
import type { ProgramSpec } from "./program_spec.ts";

/** What a program may inherit from the daemon; everything else is declared or absent. */
const INHERITED: readonly string[] = ["PATH", "HOME", "USER", "SHELL", "LANG", "TZ"];

/** Ours or the runtime's: never handed on, not even when a configuration declares it by mistake of copying. */
const OURS = /^(NOTIFY_SOCKET|WATCHDOG_(USEC|PID)|APPD_INTERNAL_.*|LISTEN_(FDS|PID|FDNAMES))$/;

/** Name of the variable that marks every process of a program, also those that leave its session. */
export const MARK_VARIABLE = "APPD_PROGRAM_ID";

type Variables = Readonly<Record<string, string>>;

export interface EnvironmentOptions {
  /** The daemon's own environment. */
  readonly inherited: Variables;
  readonly declared: Variables;
  /** Whose HOME, USER, LOGNAME and SHELL it gets; undefined: the daemon's. */
  readonly account?: Account | undefined;
  /** Leads back to the daemon. */
  readonly address?: Variables | undefined;
  /** Given by us for this program: NOTIFY_SOCKET of its own probe, MAINPID of a stop command. */
  readonly extra?: Variables | undefined;
  readonly program: string;
  /** The program's number among its instances, from 1 on. */
  readonly number: number;
  /** Name of the daemon's instance. */
  readonly instance: string;
  /** See {@link markOf}. */
  readonly mark: string;
}

/** The whole environment of a program: a clean start, then what is declared, then what names the program. */
export function childEnvironment(options: EnvironmentOptions): Record<string, string> {
  const { inherited, declared, account } = options;
  return {
    ...inheritedOf(inherited),
    ...(account === undefined ? {} : loginOf(account)),
    ...options.address,
    APPD_NAME: options.instance,
    ...only(declared, (name) => !OURS.test(name)),
    ...options.extra,
    APPD_PROGRAM: options.program,
    APPD_INSTANCE: `${options.number}`,
    [MARK_VARIABLE]: options.mark,
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
export function accountOf({ launchHost }: Pick<Shared, "launchHost">, { user, group }: ProgramSpec) {
  if (user === undefined && group === undefined) return undefined;
  return (launchHost ?? systemLaunchHost).account({ user, group });
}

/**
 * The environment of anything that runs as a part of a program: its main process, its probes, its stop command.
 *
 * @param extra variables that are ours to give, such as NOTIFY_SOCKET of the program's own probe
 * @throws AppdError when there is no such user
 */
export function environmentOf(
  shared: Pick<Shared, "inheritedEnv" | "instance" | "address" | "directory" | "launchHost">,
  spec: ProgramSpec,
  extra: Variables = {},
  account: Account | undefined = accountOf(shared, spec),
): Record<string, string> {
  return childEnvironment({
    inherited: shared.inheritedEnv,
    declared: spec.env,
    account: spec.user === undefined ? undefined : account,
    address: shared.address,
    extra,
    program: spec.name,
    number: spec.family?.number ?? 1,
    instance: shared.instance,
    mark: markOf(shared.directory, spec.name),
  });
}

/** Unique on this host: no other instance may take a program's processes for its own. */
export function markOf(directory: string, program: string): string {
  return `${directory}/${program}`;
}
