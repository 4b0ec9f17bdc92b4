import { errnoOf, messageOf, systemError } from "../base/errors.ts";
import { isShortage } from "../system/processes.ts";
import type { Shared } from "./deps.ts";
import { childEnvironment, markOf } from "./environment.ts";
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
  const { clock, processes } = shared;
  const { spec, generation } = options;
  try {
    const child = processes.spawn({
      command: spec.command,
      cwd: spec.cwd,
      env: environmentOf(shared, spec, options.prepare()),
      output: options.openOutput(),
      umask: spec.umask ?? DEFAULT_UMASK,
    });
    child.exited.then(options.onExit);
    const { pid } = child;
    const began = { startedAt: clock.now(), startedMono: clock.monotonic() };
    const life = { generation, pid, startTime: startTimeOf(shared, pid), ...began, adopted: false };
    return { type: "spawned", generation, life };
  } catch (error) {
    return { type: "spawn_failed", generation, trouble: troubleOf(spec, error) };
  }
}

/** The whole environment of a program; `extra` comes from us and is not filtered. */
export function environmentOf(
  { inheritedEnv, instance, directory }: Shared,
  spec: ProgramSpec,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  const mark = markOf(directory, spec.name);
  const env = childEnvironment({ inherited: inheritedEnv, declared: spec.env, program: spec.name, instance, mark });
  return { ...env, ...extra };
}

/** Empty when it cannot be read: the record then tells of nobody, and the FIFO alone leads to the process. */
function startTimeOf({ processes }: Shared, pid: number): string {
  try {
    return processes.stat(pid)?.startTime ?? "";
  } catch (error) {
    if (isShortage(errnoOf(error) ?? "")) return "";
    throw error;
  }
}

/** A full table of processes or descriptors is the host's trouble and passes; the rest is in the configuration. */
function troubleOf(spec: ProgramSpec, error: unknown): SpawnTrouble {
  const errno = errnoOf(error);
  if (errno === undefined) {
    const cause = errnoOf((error as { cause?: unknown } | null)?.cause); // Of the log's own error, for example.
    return { message: messageOf(error), shortage: mayPass(cause) };
  }
  const object = (error as { path?: string }).path ?? spec.command[0] ?? spec.name;
  return { message: systemError(["run", object], error).message, shortage: mayPass(errno) };
}

function mayPass(errno: string | undefined): boolean {
  return errno !== undefined && (isShortage(errno) || errno === "ETXTBSY" || errno === "ENOSPC");
}
