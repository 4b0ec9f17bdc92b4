import type { Connector } from "../system/sockets.ts";
import type { Clock } from "../system/clock.ts";
import type { Datagrams } from "../system/datagrams.ts";
import type { Files } from "../system/files.ts";

/** One answer. */
export interface Answer {
  readonly ok: boolean;
  /** A phrase without a final period, free of what an address may carry of secrets. */
  readonly why: string;
  /** It is the program's own word and counts at once, whatever the thresholds say. */
  readonly decisive?: true;
}

/** What watches one program for one life: answers until it is disposed of, and not once after that. */
export type Probe = (tell: (answer: Answer) => void) => Disposable;

/** One attempt of a method that asks, rather than waits to be told. */
export interface Look {
  /** What is asked, for people: `GET http://127.0.0.1:9000/ready`. */
  readonly subject: string;
  /**
   * Settles soon after `signal` aborts, and leaves nothing behind.
   *
   * @returns whether it was good, and what was seen
   * @throws Error of the system, which is an answer too: not good
   */
  readonly look: (signal: AbortSignal) => Promise<{ readonly ok: boolean; readonly seen: string }>;
}

/** Runs a command as the program runs: resolves when it has ended; it and all it started are killed when `signal` aborts. */
export type RunCommand = (
  command: readonly string[],
  signal: AbortSignal,
) => Promise<{ readonly code: number } | { readonly signal: string }>;

/** What the probes of a program need of the world. */
export interface ProbeDeps {
  readonly clock: Clock;
  readonly connector: Connector;
  readonly datagrams: Datagrams;
  readonly files: Pick<Files, "makeDirectory" | "removeDirectory" | "stat" | "chmod">;
  readonly run: RunCommand;
  /** Name of ours, for {@link runtimeDirectories}. */
  readonly program: string;
  /** The User-Agent of HTTP probes. */
  readonly agent: string;
  /** Our own user. */
  readonly uid: number;
  /** Where a short-named private directory may be made when a program's own does not do, best first. */
  readonly runtimeDirectories: readonly string[];
  /** Who a program runs as. @throws AppdError when there is no such user or group */
  readonly accountOf?: (of: {
    readonly user: string;
    readonly group: string | undefined;
  }) => { readonly uid: number; readonly gid: number };
}
