import { messageOf } from "../base/errors.ts";
import { type Beside, runBeside } from "./beside.ts";
import type { Shared } from "./deps.ts";
import type { SpawnDeps, SpawnSpec } from "./launch.ts";
import type { Life } from "./state.ts";

export interface StopCommandOptions {
  readonly spec: SpawnSpec;
  readonly life: Life;
  readonly openOutput: () => number;
  readonly trouble: (what: string, error: string) => void;
}

/** A program's `stop_command` at work; what it does not achieve in time is left to the stop signal. */
export class StopCommand {
  readonly #beside: Beside | undefined;
  /** Resolves when it has ended, whichever way. */
  readonly done: Promise<void>;

  /** Starts it. That it cannot be started, or fails, is told, and no more: the stop signal follows anyway. */
  constructor(shared: SpawnDeps, command: readonly string[], options: StopCommandOptions) {
    const { spec, life, openOutput, trouble } = options;
    try {
      this.#beside = runBeside(shared, { spec, command, openOutput, extraEnv: { MAINPID: `${life.pid}` } });
    } catch (error) {
      trouble("run the stop command", messageOf(error));
    }
    this.done = this.#beside === undefined ? Promise.resolve() : this.#beside.exited.then((exit) => {
      if ("signal" in exit || exit.code !== 0) trouble("stop it by its stop command", endOf(exit));
    });
  }

  /** Waits for its end, but no longer than `ms`, and kills it then. */
  async within(shared: Pick<Shared, "clock">, ms: number): Promise<void> {
    using _timer = shared.clock.after(Math.max(0, ms), () => this.kill());
    await this.done;
  }

  kill(): void {
    this.#beside?.kill();
  }
}

function endOf(exit: { readonly code: number } | { readonly signal: string }): string {
  return "code" in exit ? `it ended with exit code ${exit.code}` : `it was killed by ${exit.signal}`;
}
