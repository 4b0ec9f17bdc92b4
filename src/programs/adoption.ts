import { join } from "node:path";
import type { Processes, ProcessIdentity, ProcessStat } from "../system/processes.ts";
import { type Inhabitant, takeCensus, withDescendants } from "./census.ts";
import { markOf } from "./environment.ts";
import type { ProgramRecord } from "./record.ts";

/** File names within a program's directory. */
export const FIFO_NAME = "output.fifo";
export const LOG_NAME = "output.log";

/** Linux puts this after the name of an open file that has been removed. */
const REMOVED = " (deleted)";

type ScanProcesses = Pick<Processes, "self" | "list" | "outputs" | "environment">;

/** A process that writes into a program's FIFO or carries its mark. */
export interface Holder extends ProcessStat {
  /** Its FIFO is not the one at the path any more: nothing that it says can be read. */
  readonly cutOff: boolean;
  /** By its stdout or stderr; otherwise by its mark alone. */
  readonly byOutput: boolean;
}

/**
 * The processes of each program under `directory`, as the kernel tells it: who has the program's FIFO open as its output,
 * or its mark in the environment. No file of ours has to be right, or even written, for this.
 */
export function scanHolders(processes: ScanProcesses, directory: string): Map<string, Holder[]> {
  const found = new Map<string, Holder[]>();
  for (const one of takeCensus(processes)) {
    const program = programOf(one, directory);
    if (program === undefined) continue;
    const fifo = join(directory, program, FIFO_NAME);
    const cutOff = one.outputs.includes(fifo + REMOVED) && !one.outputs.includes(fifo);
    const byOutput = cutOff || one.outputs.includes(fifo);
    found.set(program, [...found.get(program) ?? [], { ...one, cutOff, byOutput }]);
  }
  return found;
}

function programOf({ mark, outputs }: Inhabitant, directory: string): string | undefined {
  const prefix = markOf(directory, "");
  for (const output of outputs) {
    const path = output.endsWith(REMOVED) ? output.slice(0, -REMOVED.length) : output;
    if (!path.startsWith(prefix) || !path.endsWith(`/${FIFO_NAME}`)) continue;
    const name = path.slice(prefix.length, -FIFO_NAME.length - 1);
    if (name !== "" && !name.includes("/")) return name;
  }
  return mark?.startsWith(prefix) ? mark.slice(prefix.length) : undefined;
}

/** A process that a program goes on with although there is no daemon. */
export interface Leftover extends ProcessIdentity {
  /** Of the program. */
  readonly name: string;
  readonly pgid: number;
}

/**
 * What still runs of the programs under `directory` when there is no daemon: who is known by output or mark, and all that
 * descends from it.
 *
 * @param directory without symbolic links, as Files.realPath returns it
 */
export function findLeftovers(processes: ScanProcesses, directory: string): Leftover[] {
  const holders = scanHolders(processes, directory);
  if (holders.size === 0) return [];
  const all = takeCensus(processes);
  return [...holders].flatMap(([name, own]) =>
    withDescendants<ProcessStat>(own, all).filter(({ pid }) => pid > 1)
      .map(({ pid, pgid, startTime }) => ({ name, pid, pgid, startTime }))
  );
}

/** What the scan and the record of a program say together. */
export interface Found {
  /** The main process, to be adopted. */
  readonly main: Holder | undefined;
  /** What a main process that is gone has left behind. Empty while there is a main process. */
  readonly strays: readonly Holder[];
  /** The record tells about `main`. */
  readonly recorded: boolean;
}

export interface JudgeOptions {
  readonly holders: readonly Holder[];
  readonly record: ProgramRecord | undefined;
  readonly processes: Pick<Processes, "stat" | "commandLine" | "bootId">;
  /** argv of the configuration; undefined for a program that is not in it any more. */
  readonly command: readonly string[] | undefined;
}

/**
 * Tells the main process from its offspring. The recorded one it is, if it lives: a program may have turned its output
 * elsewhere and its environment over. Without a record that fits, the daemon was killed between spawn and record, and the
 * main process leads a session: the oldest one that does. When the record's process is gone, only a process that runs the
 * very command can be a successor; anything else is what the dead one left behind.
 */
export function judge(options: JudgeOptions): Found {
  const { holders, record, processes } = options;
  const live = record === undefined ? undefined : recordedProcess(record, processes);
  if (live !== undefined) {
    const seen = holders.find((one) => one.pid === live.pid);
    return { main: seen ?? { ...live, cutOff: false, byOutput: false }, strays: [], recorded: true };
  }
  const leaders = holders.filter((one) => one.byOutput && one.pid === one.sid);
  const fit = record === undefined ? leaders : leaders.filter((one) => runs(options, one));
  const main = fit.sort((a, b) => Number(a.startTime) - Number(b.startTime))[0];
  return main === undefined ? { main, strays: holders, recorded: false } : { main, strays: [], recorded: false };
}

function recordedProcess(record: ProgramRecord, processes: JudgeOptions["processes"]): ProcessStat | undefined {
  if (record.bootId !== processes.bootId()) return undefined;
  const stat = processes.stat(record.pid);
  return stat?.startTime === record.startTime && stat.state !== "Z" ? stat : undefined;
}

function runs({ processes, command }: JudgeOptions, one: ProcessStat): boolean {
  return command !== undefined && processes.commandLine(one.pid).join("\0").endsWith(command.join("\0"));
}
