import { join } from "node:path";
import type { Logger } from "../base/logger.ts";
import {
  DIRECTORY_VARIABLE,
  FAREWELL,
  guardCommand,
  type Guarded,
  isGuardOf,
  PROGRAM_VARIABLE,
} from "../detach/guard.ts";
import { scrubEnvironment } from "../detach/environment.ts";
import type { Timer } from "../system/clock.ts";
import type { Fifo, Fifos } from "../system/fifo.ts";
import { type ProcessStat, trySignal } from "../system/processes.ts";
import type { Context } from "./context.ts";

/** Whether and with what the guard starts the daemon again. */
export interface KeepAliveOptions {
  readonly fifos: Fifos;
  readonly log: Logger;
  /** With which our program starts this very instance. */
  readonly words: readonly string[];
  /** How often the daemon has died within the last minutes. */
  readonly deaths: number;
}

/** Milliseconds after the end of a guard in which another one is posted. */
const POST_AGAIN_MS = 1000;

/** Has a guard wait for the daemon's death while the configuration says so. */
export class KeepAlive implements Disposable {
  readonly #context: Context;
  readonly #options: KeepAliveOptions;
  #standing: { readonly fifo: Fifo; readonly pid: number } | undefined;

  #retry: Timer | undefined;

  constructor(context: Context, options: KeepAliveOptions) {
    this.#context = context;
    this.#options = options;
  }

  apply(enabled: boolean): void {
    if (enabled === (this.#standing !== undefined || this.#retry !== undefined)) return;
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
    const end = system.files.open(path, { access: "read" });
    system.files.unlink(path); // From here on only the daemon and the guard have it.
    const late = system.files.open(paths.lateOutput, { access: "append", create: true, mode: 0o600 });
    try {
      const child = system.processes.spawn({
        command: guardCommand(guardedBy(this.#context), { deaths, words }),
        cwd: "/",
        env: {
          ...scrubEnvironment(host.env),
          [PROGRAM_VARIABLE]: host.self[0] ?? "",
          [DIRECTORY_VARIABLE]: this.#context.startedIn,
        },
        input: end,
        output: late,
      });
      this.#standing = { fifo, pid: child.pid };
      log.info("a guard starts the daemon again should it die", { pid: child.pid });
      void child.exited.then(() => this.#lost(child.pid));
    } catch (error) {
      fifo[Symbol.dispose]();
      log.error("cannot start the guard, the daemon would not come back", { error });
    } finally {
      system.files.close(end);
      system.files.close(late);
    }
  }

  /** Somebody has killed the guard. */
  #lost(pid: number): void {
    if (this.#standing?.pid !== pid) return;
    this.#standing.fifo[Symbol.dispose]();
    this.#options.log.warn("the guard has ended, another one takes its place", { pid });
    this.#standing = undefined;
    this.#retry = this.#context.system.clock.after(POST_AGAIN_MS, () => this.#post());
  }

  /** An orderly end: the guard goes. */
  [Symbol.dispose](): void {
    this.#retry?.[Symbol.dispose]();
    this.#retry = undefined;
    const standing = this.#standing;
    this.#standing = undefined;
    if (standing === undefined) return;
    this.#context.system.files.write(standing.fifo.keeper, new TextEncoder().encode(FAREWELL));
    standing.fifo[Symbol.dispose]();
  }
}

/** Whose guard the guard of this instance is. */
export function guardedBy({ app, paths }: Context): Guarded {
  return { program: app.product.name, home: paths.home };
}

/**
 * Ends every guard of this home, of whichever daemon, so that none comes back, but not the one that has started this very
 * command: what it tries in vain it tries again. They are known by their command line: a daemon may have been killed before
 * it could write down which one is its.
 */
export function endGuards(context: Context): void {
  const { files, host, processes } = context.system;
  for (const { pid } of guardsAmong(context, processes.list())) {
    if (pid !== host.ppid && files.stat(`/proc/${pid}`)?.uid === host.uid) trySignal(processes, -pid, "SIGKILL");
  }
}

/** The guards of this home. */
export function guardsAmong(context: Context, all: readonly ProcessStat[]): ProcessStat[] {
  const { processes } = context.system;
  return all.filter(({ pid, sid }) => pid === sid && isGuardOf(guardedBy(context), processes.commandLine(pid)));
}
