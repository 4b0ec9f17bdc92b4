import { errnoOf, systemError } from "../base/errors.ts";
import type { ProbeScene } from "../programs/deps.ts";
import type { RunCommand } from "../probes/probe.ts";
import type { Child, Processes } from "../system/processes.ts";

/** Variable that marks what one run of a probe's command has started, wherever it went. */
const MARK = "APPD_PROBE_ID";
/** Looks at the process table until nothing of a killed command is found; each catches what was forked during the last. */
const LOOKS = 5;
const DEFAULT_UMASK = 0o022;

type ProbeProcesses = Pick<Processes, "spawn" | "kill" | "list" | "environment">;

/** Starts a command of a program's, as the program is started, with more variables; its output goes nowhere. */
export type SpawnCommand = (command: readonly string[], extraEnv: Readonly<Record<string, string>>) => Child;

/** As the daemon's own user, in the program's directory and environment. */
export function spawnInScene({ spec, env }: ProbeScene, processes: Pick<Processes, "spawn">): SpawnCommand {
  return (command, extraEnv) => {
    const options = { command, cwd: spec.cwd, env: { ...env, ...extraEnv }, umask: spec.umask ?? DEFAULT_UMASK };
    return processes.spawn({ ...options, output: null });
  };
}

/**
 * Runs the commands of `exec` probes. A command that is aborted is killed with everything it started, also with what left
 * its group or session; one that ends by itself takes the rest of its group with it.
 */
export function probeCommands(processes: ProbeProcesses, spawn: SpawnCommand): RunCommand {
  return async (command, signal) => {
    signal.throwIfAborted();
    const mark = crypto.randomUUID();
    const child = spawned(command, () => spawn(command, { [MARK]: mark }));
    const kill = () => endAll(processes, child.pid, `${MARK}=${mark}`);
    signal.addEventListener("abort", kill);
    try {
      return await child.exited;
    } finally {
      signal.removeEventListener("abort", kill);
      send(processes, -child.pid);
    }
  };
}

/** The words of the errno instead of the runtime's. */
function spawned(command: readonly string[], spawn: () => Child): Child {
  try {
    return spawn();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw systemError(["run", (error as { path?: string }).path ?? command[0] ?? ""], error);
  }
}

function endAll(processes: ProbeProcesses, leader: number, mark: string): void {
  send(processes, -leader);
  for (let look = 0; look < LOOKS; look++) {
    const left = processes.list().filter(({ pid, sid, state }) =>
      state !== "Z" && state !== "X" && pid !== leader && (sid === leader || processes.environment(pid).includes(mark))
    );
    if (left.length === 0) return;
    for (const { pid } of left) send(processes, pid);
  }
}

function send(processes: ProbeProcesses, pid: number): void {
  if (pid >= -1 && pid <= 1) throw new Error(`refused to kill ${pid}`);
  try {
    processes.kill(pid, "SIGKILL");
  } catch (error) {
    if (errnoOf(error) !== "EPERM") throw error;
  }
}
