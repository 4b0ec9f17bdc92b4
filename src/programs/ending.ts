import { join } from "node:path";
import { messageOf } from "../base/errors.ts";
import type { ProcessIdentity } from "../system/processes.ts";
import { FIFO_NAME } from "./adoption.ts";
import type { Shared } from "./deps.ts";
import { markOf } from "./environment.ts";
import type { Notice, Survivor } from "./events.ts";
import { clearGroup, signalGroup } from "./group.ts";
import type { SpawnDeps, SpawnSpec } from "./launch.ts";
import type { Life } from "./state.ts";
import { StopCommand } from "./stop_command.ts";
import { familyOf, sweepElders, type SweepResult, sweepUp, type Traces } from "./sweep.ts";

/** The part of a program's stop timeout that its stop command may take; the rest is for the stop signal. */
const COMMAND_PART = 0.5;

/** What of the supervisor's surroundings an ending needs. */
export type EndingDeps = SpawnDeps & Pick<Shared, "census" | "clock">;

interface EndingOptions {
  readonly name: string;
  /** What everything that belongs to it can be known by. Default: what a program's processes are. */
  readonly traces?: Traces;
  readonly openOutput: () => number;
  /** Whether this life is the one that is being ended. */
  readonly isCurrent: (life: Life) => boolean;
  readonly tell: (notice: Notice) => void;
}

/** How a program, or a job's run, is brought to its end, with all that belongs to it. */
export class Ending {
  readonly #shared: EndingDeps;
  readonly #options: EndingOptions;
  /** Who belonged to it when it was told to stop. */
  #family: readonly ProcessIdentity[] = [];
  #until = 0;
  #stopCommand: StopCommand | undefined;
  #survivors: readonly Survivor[] = [];

  constructor(shared: EndingDeps, options: EndingOptions) {
    this.#shared = shared;
    this.#options = options;
  }

  /** Who outlived the last stop. */
  get survivors(): readonly Survivor[] {
    return this.#survivors;
  }

  /** The stop command, if there is one, then the stop signal. @param killAt monotonic milliseconds, the end of patience */
  ask(
    life: Life,
    order: {
      readonly spec: SpawnSpec & { readonly stopCommand?: readonly string[] };
      readonly signal: Deno.Signal;
      readonly killAt: number;
    },
  ): void {
    const { spec, signal, killAt } = order;
    this.#remember(life);
    if (spec.stopCommand === undefined) return this.#signal(life, signal);
    const { openOutput, tell } = this.#options;
    const trouble = (what: string, error: string) => tell({ kind: "trouble", what, error });
    this.#stopCommand = new StopCommand(this.#shared, spec.stopCommand, { spec, life, openOutput, trouble });
    const patience = (killAt - this.#shared.clock.monotonic()) * COMMAND_PART;
    void this.#stopCommand.within(this.#shared, patience).then(() => this.#signal(life, signal));
  }

  #remember(life: Life): void {
    this.#family = [life];
    try {
      this.#family = familyOf(life, this.#shared.census.glance());
    } catch (error) {
      this.#options.tell({ kind: "trouble", what: "list the processes", error: messageOf(error) });
    }
  }

  /** With CONT, for a program that is halted. Nothing when it has ended meanwhile. */
  #signal(life: Life, signal: Deno.Signal): void {
    if (!this.#options.isCurrent(life)) return;
    signalGroup(this.#shared.processes, life, signal);
    signalGroup(this.#shared.processes, life, "SIGCONT");
  }

  kill(life: Life): void {
    this.#stopCommand?.kill();
    signalGroup(this.#shared.processes, life, "SIGKILL");
  }

  /** What a main process that ended by itself left in its group is ended, and named. */
  clear(life: Life): void {
    this.#tellSwept(clearGroup(this.#shared.processes, life, this.#shared.census));
  }

  /**
   * What earlier lives left outside of their groups, once the next life has begun. That it cannot be looked for is told,
   * and no more.
   */
  async clearElders(life: Life): Promise<void> {
    try {
      this.#tellSwept(await sweepElders({ ...this.#shared, life, ...this.#traces() }));
    } catch (error) {
      this.#tellTrouble(error);
    }
  }

  /** A sweep under way has less time. */
  hasten(until: number): void {
    this.#until = Math.min(this.#until, until);
  }

  /**
   * Ends everything that is left, once the main process has ended.
   *
   * @param order.until monotonic milliseconds, what the members of its session may take
   * @returns whether anybody had to be killed
   */
  async sweep(order: { readonly life?: Life; readonly until: number }): Promise<boolean> {
    this.#until = order.until;
    await this.#stopCommand?.within(this.#shared, this.#until - this.#shared.clock.monotonic());
    this.#stopCommand = undefined;
    const { killed, survivors } = await this.#sweepUp(order.life);
    this.#family = [];
    this.#survivors = survivors;
    this.#tellSwept(killed);
    if (survivors.length > 0) this.#options.tell({ kind: "survivors", processes: survivors });
    return killed.length > 0;
  }

  async #sweepUp(life: Life | undefined): Promise<SweepResult> {
    const until = () => this.#until;
    try {
      return await sweepUp({ ...this.#shared, ...this.#traces(), life, family: this.#family, until });
    } catch (error) {
      this.#tellTrouble(error);
      return { killed: [], survivors: [] };
    }
  }

  #traces(): Traces {
    const { directory } = this.#shared;
    const { name, traces } = this.#options;
    if (traces !== undefined) return traces;
    const own = { mark: markOf(directory, name), fifo: join(directory, name, FIFO_NAME) };
    return { isMark: (mark) => mark === own.mark, isOutput: (path) => path === own.fifo };
  }

  #tellSwept(processes: readonly Survivor[]): void {
    if (processes.length > 0) this.#options.tell({ kind: "swept", processes });
  }

  #tellTrouble(error: unknown): void {
    this.#options.tell({ kind: "trouble", what: "look for what the program left behind", error: messageOf(error) });
  }
}
