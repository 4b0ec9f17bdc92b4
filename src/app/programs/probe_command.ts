import { spawnErrorText } from "../../programs/launch.ts";
import type { RunCommand } from "../../probes/probe.ts";
import { type Child, type Processes, trySignal } from "../../system/processes.ts";

/** Variable that marks what one run of a probe's command has started, wherever it went. */
const MARK = "APPD_PROBE_ID";
/** Looks at the process table until nothing of a killed command is found; each catches what was forked during the last. */
const LOOKS = 5;

type ProbeProcesses = Pick<Processes, "kill" | "list" | "environment">;

/** Starts a command as a part of a program, with more variables; its output goes nowhere. */
export type SpawnCommand = (command: readonly string[], extraEnv: Readonly<Record<string, string>>) => Child;

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

/** An error says in words why the command cannot be run. */
function spawned(command: readonly string[], spawn: () => Child): Child {
  try {
    return spawn();
  } catch (cause) {
    throw new Error(spawnErrorText(command, cause), { cause });
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
  trySignal(processes, pid, "SIGKILL");
}
