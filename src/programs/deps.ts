import type { Logger } from "../base/logger.ts";
import type { Clock } from "../system/clock.ts";
import type { Fifos } from "../system/fifo.ts";
import type { Files } from "../system/files.ts";
import type { LaunchHost } from "../system/launch_host.ts";
import type { Processes } from "../system/processes.ts";
import type { AdoptedWatch } from "./adopted_watch.ts";
import type { Afterwards } from "./afterwards.ts";
import type { Census } from "./census.ts";
import type { ProgramEvent } from "./events.ts";
import type { Rounds } from "./rounds.ts";
import type { FifoKeeper } from "./fifo_keeper.ts";
import type { Mover } from "./mover.ts";
import type { LifeSpec, ProgramOutput, ProgramSpec } from "./program_spec.ts";

/** What the probes of one program say. `why` is a phrase without a final period. */
export interface ProbeListener {
  /** Readiness changed its mind, or had its first answer. */
  onReady(result: { readonly generation: number; readonly ok: boolean; readonly why: string }): void;
  onLive(result: { readonly generation: number; readonly ok: boolean; readonly why: string }): void;
  /** STATUS= of sd_notify(3). */
  onNote(text: string): void;
  /** EXTEND_TIMEOUT_USEC= of sd_notify(3): the program asks for so many milliseconds from now on. */
  onExtend(wish: { readonly generation: number; readonly ms: number }): void;
}

/** What a probe that runs a command needs, and where a socket can be made. */
export interface ProbeScene {
  readonly spec: ProgramSpec;
  /** Of the program, absolute, 0700. */
  readonly directory: string;
}

/** The probes of one program for as long as it is configured. */
export interface ProgramProbes extends Disposable {
  /** Variables that the program is started with: NOTIFY_SOCKET, WATCHDOG_USEC. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * A life has begun: starts the readiness probe. What an earlier life's probe still says is not told.
   *
   * @param life `ready`: it was ready before, under an earlier daemon or other probes, and is until the probe fails for good
   */
  begin(life: { readonly generation: number; readonly pid: number; readonly ready?: boolean }): void;
  /** It has become ready for the first time: starts the liveness probe. */
  watch(): void;
  /** The life is over, or is being ended: nothing is probed until the next one. */
  end(): void;
  /** Takes output for a `log` probe; undefined while no probe wants any. */
  readonly output: ((bytes: Uint8Array) => void) | undefined;
}

/** What the supervisor is handed. */
export interface SupervisorDeps {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly files: Files;
  readonly fifos: Fifos;
  readonly log: Logger;
  /** Absolute; each program has a directory of its own in it, 0700. */
  readonly directory: string;
  /** Name of ours, of the marks that stand in a program's log where bytes are missing. Default `appd`. */
  readonly program?: string;
  /** Variables that lead a program's own `appd status` to this daemon: see addressOf. */
  readonly address?: Readonly<Record<string, string>>;
  /** Users, limits and priorities. Default: this machine's. */
  readonly launchHost?: LaunchHost;
  /** Opens a program's log. May throw an AppdError. */
  readonly openOutput: (spec: ProgramSpec, path: string) => ProgramOutput;
  /** The daemon's own environment, of which programs inherit a few variables. */
  readonly inheritedEnv: Readonly<Record<string, string>>;
  /** Has a process of its own hold the FIFOs, so that what programs say while no daemon runs is not lost. Default false. */
  readonly keepOutput?: boolean;
  /** Opens the probes of a program that has any. */
  readonly openProbes?: (scene: ProbeScene, listener: ProbeListener) => ProgramProbes;
  /** Whether the kernel has killed a process for want of memory since this was last asked. */
  readonly outOfMemory?: () => boolean;
  /** For jitter: at least 0, less than 1. Default Math.random. */
  readonly random?: () => number;
}

/** What all programs of a supervisor share. */
export interface Shared extends SupervisorDeps {
  readonly random: () => number;
  readonly census: Census;
  readonly watch: AdoptedWatch;
  readonly rounds: Rounds;
  /** Changes with each boot. */
  readonly bootId: string;
  readonly mover: Mover;
  readonly keeper?: FifoKeeper;
  /** A program that is started has what it needs; the rest can wait for the start of the others. */
  readonly afterwards: Afterwards;
  readonly tell: (event: ProgramEvent) => void;
  /** What a program or task waits for, one phrase each. */
  readonly missing: (spec: LifeSpec) => readonly string[];
  /** Everything is being stopped: nothing of it is to be remembered. */
  readonly isStopping: () => boolean;
  /** The tasks are being stopped because the daemon ends, whether the programs go on or not. */
  readonly isLeaving: () => boolean;
  /** A program is not what it was: others may wait for that. */
  readonly changed: () => void;
}
