import { dirname, join } from "node:path";
import { AppdError, errnoOf, messageOf, systemError } from "../base/errors.ts";
import type { Account } from "../system/accounts.ts";
import { systemLaunchHost } from "../system/launch_host.ts";
import { type Child, isShortage } from "../system/processes.ts";
import { FIFO_NAME } from "./adoption.ts";
import type { Shared } from "./deps.ts";
import { accountOf, environmentOf } from "./environment.ts";
import { forgetExits, isKept, type KeeperPlace, keepExit } from "./exit_keeper.ts";
import { launchCommand } from "./launch_command.ts";
import type { Exit, ProgramSpec } from "./program_spec.ts";
import type { Event, SpawnTrouble } from "./state.ts";

const DEFAULT_UMASK = 0o022;

/** What {@link launch} needs to know of one program. */
export interface LaunchOptions {
  readonly spec: ProgramSpec;
  readonly generation: number;
  /** The descriptor for stdout and stderr; may throw. */
  readonly openOutput: () => number;
  /** Gives variables that only this program gets, such as its NOTIFY_SOCKET; may throw. */
  readonly prepare: () => Readonly<Record<string, string>>;
  readonly onExit: (exit: Exit) => void;
}

/** Starts the main process in a session of its own. Never throws: a spawn that fails is an event like another. */
export function launch(shared: Shared, options: LaunchOptions): Event {
  const { clock } = shared;
  const { spec, generation, openOutput } = options;
  try {
    const keeper = isKept(spec) ? { directory: join(shared.directory, spec.name), generation } : undefined;
    const order = { spec, command: spec.command, openOutput, extraEnv: options.prepare() };
    const child = spawnAs(shared, keeper === undefined ? order : { ...order, keeper });
    child.exited.then(options.onExit);
    const { pid } = child;
    const began = { startedAt: clock.now(), startedMono: clock.monotonic() };
    const life = { generation, pid, startTime: startTimeOf(shared, pid), ...began, adopted: false };
    return { type: "spawned", generation, life };
  } catch (error) {
    return { type: "spawn_failed", generation, trouble: troubleOf(spec.command, error) };
  }
}

/** What of the supervisor's surroundings a command is started with. */
export type SpawnDeps = Pick<
  Shared,
  "address" | "directory" | "files" | "inheritedEnv" | "launchHost" | "processes"
>;

/** Under which conditions a command runs, of a program or of anything else. */
export type SpawnSpec = Pick<
  ProgramSpec,
  "name" | "cwd" | "env" | "family" | "group" | "limits" | "nice" | "umask" | "user"
>;

/** A command to be run as a program is: its user, limits, priority, directory, environment and umask. */
export interface SpawnOrder {
  readonly spec: SpawnSpec;
  readonly command: readonly string[];
  /** The descriptor for stdout and stderr, or null for /dev/null; may throw. */
  readonly openOutput: () => number | null;
  /** The FIFO behind that descriptor. Default: the program's. */
  readonly fifo?: string;
  readonly extraEnv?: Readonly<Record<string, string>>;
  /** What names it instead of a program, see {@link childEnvironment}. */
  readonly own?: Readonly<Record<string, string>>;
  /** Where it is to be written how the command ended, see {@link keepExit}. */
  readonly keeper?: KeeperPlace;
}

/**
 * Starts a command as a part of a program, in a session of its own. The account is looked up each time: it may be gone.
 *
 * @throws AppdError for an unknown user, a limit that cannot be set or a missing tool; an error with an errno `code` when
 * the command cannot be executed
 */
export function spawnAs(shared: SpawnDeps, order: SpawnOrder): Child {
  const { spec } = order;
  const account = accountOf(shared, spec);
  const env = environmentOf(shared, { spec, extra: order.extraEnv, own: order.own }, account);
  const output = order.openOutput();
  if (order.keeper !== undefined) forgetExits(shared.files, order.keeper.directory);
  const command = commandFor(shared, { spec, command: order.command, env, account, keeper: order.keeper });
  if (account !== undefined && output !== null) {
    admitToOutput(shared, order.fifo ?? join(shared.directory, spec.name, FIFO_NAME));
  }
  return shared.processes.spawn({ command, cwd: spec.cwd, env, output, umask: spec.umask ?? DEFAULT_UMASK });
}

/**
 * Why a program cannot be started, as far as can be told without starting it: its user, its limits, its directory, its
 * command. Undefined when nothing is known against it.
 */
export function foreseeFailure(shared: SpawnDeps, spec: ProgramSpec): string | undefined {
  try {
    const account = accountOf(shared, spec);
    const env = environmentOf(shared, { spec }, account);
    const keeper = { directory: join(shared.directory, spec.name), generation: 0 };
    commandFor(shared, { spec, command: spec.command, env, account, keeper }); // With a keeper it looks at all of it.
    return undefined;
  } catch (error) {
    return spawnErrorText(spec.command, error);
  }
}

interface CommandOrder {
  readonly spec: SpawnSpec;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly account: Account | undefined;
  readonly keeper: KeeperPlace | undefined;
}

/**
 * argv with the tools that give it the program's user, limits and priority. With one of them in front a command that
 * cannot be executed would show as the tool's exit code, so it is looked at beforehand, as that user.
 */
function commandFor(shared: SpawnDeps, { spec, command, env, account, keeper }: CommandOrder): readonly string[] {
  const host = shared.launchHost ?? systemLaunchHost;
  const whole = launchCommand({ ...spec, command }, account, host);
  if (whole === command && keeper === undefined) return command;
  const trouble = host.foresee({ command, cwd: spec.cwd, env }, account);
  if (trouble === undefined) return keeper === undefined ? whole : keepExit(whole, keeper);
  throw account === undefined ? trouble : Object.assign(trouble, { user: account.name });
}

/**
 * Lets another user's program open its output anew, as nginx does with /dev/stdout: /proc/self/fd/1 leads straight to the
 * FIFO, and the kernel asks for permission on it. Write permission for everyone is enough and harms nobody, because no
 * other user can reach it through a directory that is ours and 0700; and it stays ours, so that nobody can change that.
 * Users that the program becomes later, as the workers of a server do, can write as well.
 */
function admitToOutput({ files }: Pick<SpawnDeps, "files">, fifo: string): void {
  files.chmod(dirname(fifo), 0o700);
  if (files.stat(fifo)?.kind === "fifo") files.chmod(fifo, 0o622);
}

/** Empty when it cannot be read: the record then tells of nobody, and the FIFO alone leads to the process. */
export function startTimeOf({ processes }: Pick<SpawnDeps, "processes">, pid: number): string {
  try {
    return processes.stat(pid)?.startTime ?? "";
  } catch (error) {
    if (isShortage(errnoOf(error) ?? "")) return "";
    throw error;
  }
}

/** A full table of processes or descriptors is the host's trouble and passes; the rest is in the configuration. */
export function troubleOf(command: readonly string[], error: unknown): SpawnTrouble {
  const cause = errnoOf((error as { cause?: unknown } | null)?.cause); // Of the log's own error, for example.
  return { message: spawnErrorText(command, error), shortage: mayPass(errnoOf(error) ?? cause) };
}

/** What to say of an error of {@link spawnAs}. */
export function spawnErrorText(command: readonly string[], error: unknown): string {
  if (errnoOf(error) === undefined) {
    const hint = error instanceof AppdError ? error.hint : undefined;
    return messageOf(error) + (hint === undefined ? "" : ` (${hint})`);
  }
  const { path, user, isDirectory } = error as { path?: string; user?: string; isDirectory?: boolean };
  const verb = isDirectory ? "enter" : "run";
  return systemError([user === undefined ? verb : `${verb} as user ${user}`, path ?? command[0] ?? ""], error).message;
}

function mayPass(errno: string | undefined): boolean {
  return errno !== undefined && (isShortage(errno) || errno === "ETXTBSY" || errno === "ENOSPC");
}
