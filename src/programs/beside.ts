import { AppdError } from "../base/errors.ts";
import { type ExitStatus, trySignal } from "../system/processes.ts";
import { spawnAs, type SpawnDeps, spawnErrorText, type SpawnOrder } from "./launch.ts";

/** A command that runs beside a program's main process. */
export interface Beside {
  readonly pid: number;
  readonly exited: Promise<ExitStatus>;
  /** KILL to it and all of its group; nothing once it has ended. */
  kill(): void;
}

/**
 * Runs a one-off command of a program, such as its `stop_command`: as the program is run, in a session of its own, so that
 * it can be killed as a group and a signal to the program's group does not reach it. It carries the program's mark: what
 * it leaves behind is swept with the program.
 *
 * @throws AppdError when it cannot be started
 */
export function runBeside(shared: SpawnDeps, order: SpawnOrder): Beside {
  const child = start(shared, order);
  let ended = false;
  const exited = child.exited.then((status) => {
    ended = true;
    return status;
  });
  const kill = () => {
    if (!ended) trySignal(shared.processes, -child.pid, "SIGKILL"); // Until it is waited for, the number is its own.
  };
  return { pid: child.pid, exited, kill };
}

function start(shared: SpawnDeps, order: SpawnOrder) {
  try {
    return spawnAs(shared, order);
  } catch (cause) {
    throw new AppdError(spawnErrorText(order.command, cause), { exit: "generic", cause });
  }
}
