import { join } from "node:path";
import type { Logger } from "../base/logger.ts";
import { FAREWELL, guardCommand, PROGRAM_VARIABLE } from "../detach/guard.ts";
import { scrubEnvironment } from "../detach/environment.ts";
import { readState } from "../instance/state_file.ts";
import type { Fifo, Fifos } from "../system/fifo.ts";
import { trySignal } from "../system/processes.ts";
import type { Context } from "./context.ts";

/** A process, known by more than its number. */
export interface Guard {
  readonly pid: number;
  readonly start_time: string;
}

/** Whether and with what the guard starts the daemon again. */
export interface KeepAliveOptions {
  readonly fifos: Fifos;
  readonly log: Logger;
  /** With which our program starts this very instance. */
  readonly words: readonly string[];
  /** How often the daemon has died within the last minutes. */
  readonly deaths: number;
}

/** Has a guard wait for the daemon's death while the configuration says so. */
export class KeepAlive implements Disposable {
  readonly #context: Context;
  readonly #options: KeepAliveOptions;
  #standing: { readonly fifo: Fifo; readonly guard: Guard } | undefined;

  constructor(context: Context, options: KeepAliveOptions) {
    this.#context = context;
    this.#options = options;
  }

  get guard(): Guard | undefined {
    return this.#standing?.guard;
  }

  apply(enabled: boolean): void {
    if (enabled === (this.#standing !== undefined)) return;
    if (enabled) this.#post();
    else this[Symbol.dispose]();
  }

  #post(): void {
    const { paths, system } = this.#context;
    const { host } = system;
    const { fifos, words, deaths, log } = this.#options;
    const path = join(paths.home, `.guard-${host.pid}.fifo`);
    fifos.ensure(path);
    const fifo = fifos.open(path, true);
    const late = system.files.open(paths.lateOutput, { access: "append", create: true, mode: 0o600 });
    try {
      const child = system.processes.spawn({
        command: guardCommand(path, { deaths, words }),
        cwd: "/",
        env: { ...scrubEnvironment(host.env), [PROGRAM_VARIABLE]: host.self[0] ?? "" },
        output: late,
      });
      const start_time = system.processes.stat(child.pid)?.startTime ?? "";
      this.#standing = { fifo, guard: { pid: child.pid, start_time } };
      log.info("a guard starts the daemon again should it die", { pid: child.pid });
    } catch (error) {
      fifo[Symbol.dispose]();
      log.error("cannot start the guard, the daemon would not come back", { error });
    } finally {
      system.files.close(late);
    }
  }

  /** An orderly end: the guard goes. */
  [Symbol.dispose](): void {
    const standing = this.#standing;
    this.#standing = undefined;
    if (standing === undefined) return;
    this.#context.system.files.write(standing.fifo.keeper, new TextEncoder().encode(FAREWELL));
    standing.fifo[Symbol.dispose]();
  }
}

/** Ends the guard of a daemon that is dead, or that is going to be killed, so that it does not come back. */
export function endGuard({ system, paths }: Context): void {
  const { files, processes } = system;
  const guard = readState(files, paths.state)?.guard;
  if (guard === undefined || guard.pid <= 1) return;
  if (processes.stat(guard.pid)?.startTime === guard.start_time) trySignal(processes, -guard.pid, "SIGKILL");
}
