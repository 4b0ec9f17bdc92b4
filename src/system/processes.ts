import { spawn } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import { type Execution, spawnFailure } from "./exec_trouble.ts";
import { readable } from "./proc.ts";

/** What identifies one life of a PID: a reused PID has another start time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of proc_pid_stat(5); a string because it may exceed 2^53. */
  readonly startTime: string;
}

/** What /proc/PID/stat says, proc_pid_stat(5). */
export interface ProcessStat extends ProcessIdentity {
  /** One letter: R S D Z T t X. */
  readonly state: string;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  /** User plus system time, in clock ticks (100 a second on Linux). */
  readonly cpuTicks: number;
  /** The same of waited-for children and theirs: cutime and cstime. */
  readonly childTicks: number;
  readonly threads: number;
  /** Resident set, in bytes. */
  readonly rssBytes: number;
}

/** How a child ended: by its own exit code or by a signal such as `SIGKILL`. */
export type ExitStatus = { readonly code: number } | { readonly signal: string };

/** `env` is the whole environment; nothing is inherited. */
export interface SpawnOptions extends Execution {
  /** Descriptor for stdin. Default /dev/null. */
  readonly input?: number;
  /** Descriptor for stdout and stderr; `null` for /dev/null. */
  readonly output: number | null;
  readonly umask?: number;
}

export interface Child {
  readonly pid: number;
  /** Resolves by wait(2), not by the end of a pipe that a grandchild may hold. */
  readonly exited: Promise<ExitStatus>;
}

export interface Processes {
  /** Our own PID. */
  readonly self: number;
  /** Starts a child in a session of its own (setsid). Throws node's error with its errno when exec fails. */
  spawn(options: SpawnOptions): Child;
  /** kill(2). A negative PID signals the process group. False when there is no such process. */
  kill(pid: number, signal: Deno.Signal | 0): boolean;
  /** undefined when there is no such process. A zombie is still there. */
  stat(pid: number): ProcessStat | undefined;
  /** Every process that this user can see. */
  list(): ProcessStat[];
  /** argv of a process, empty when it is gone or a kernel thread. */
  commandLine(pid: number): string[];
  /** What descriptors 1 and 2 of a process are open on, as /proc shows it; empty when it is gone or another user's. */
  outputs(pid: number): string[];
  /** The environment that a process was started with, as `KEY=value`; empty when it is gone or another user's. */
  environment(pid: number): string[];
  /** Differs after every boot. */
  bootId(): string;
}

/** Numbers of the fields as in proc_pid_stat(5); the name, in parentheses, may itself hold spaces and parentheses. */
export function parseStat(pid: number, text: string): ProcessStat {
  const rest = text.slice(text.lastIndexOf(")") + 2).split(" ", 22);
  const number = (field: number) => Number(rest[field - 3]);
  return {
    pid,
    state: rest[0] ?? "?",
    ppid: number(4),
    pgid: number(5),
    sid: number(6),
    cpuTicks: number(14) + number(15),
    childTicks: number(16) + number(17),
    threads: number(20),
    startTime: rest[22 - 3] ?? "",
    rssBytes: number(24) * 4096,
  };
}

function readProc(path: string): string | undefined {
  return readable(() => fs.readFileSync(path, "utf8"));
}

function stat(pid: number): ProcessStat | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(pid, text);
}

/** Whether a fork would fail now: the error of an exec that cannot succeed tells a shortage from a missing file. */
function shortage(): unknown {
  try {
    new Deno.Command("/", { stdin: "null", stdout: "null", stderr: "null" }).spawn();
    return undefined;
  } catch (error) {
    const code = (error as { code?: string }).code ?? "";
    return isShortage(code) ? error : undefined;
  }
}

/** Sends a signal to what may be another user's by now; @returns false when it is gone, or not ours to signal (EPERM). */
export function trySignal(processes: Pick<Processes, "kill">, pid: number, signal: Deno.Signal | 0): boolean {
  try {
    return processes.kill(pid, signal);
  } catch (error) {
    if ((error as { code?: string }).code === "EPERM") return false;
    throw error;
  }
}

/** Errnos of a fork that may succeed later: limits on processes, memory and descriptors. */
export function isShortage(errno: string): boolean {
  return ["EAGAIN", "ENOMEM", "EMFILE", "ENFILE"].includes(errno);
}

/**
 * The runtime takes a shell line that begins with its own binary for a Node program and puts words of its own into it
 * (`sh -c "appd status"` becomes `appd run -A … status`); env(1) in front keeps it from looking, and leaves no trace.
 */
function untouched(command: readonly string[]): readonly string[] {
  const [, first, line = ""] = command;
  const word = line.trimStart().replace(/^["']/, "");
  const isRewritten = first === "-c" && (word.startsWith(Deno.execPath()) || word.startsWith("$"));
  return isRewritten ? ["/usr/bin/env", "--", ...command] : command;
}

/** The machine's processes. */
export const systemProcesses: Processes = {
  self: process.pid,
  spawn(options) {
    const [file = "", ...args] = untouched(options.command);
    const before = options.umask === undefined ? undefined : Deno.umask(options.umask);
    try {
      const child = spawn(file, args, {
        cwd: options.cwd,
        env: { ...options.env },
        detached: true,
        stdio: [options.input ?? "ignore", options.output ?? "ignore", options.output ?? "ignore"],
      });
      child.on("error", () => {}); // Reported below, or seen as the child's exit.
      if (child.pid === undefined) throw spawnFailure(options, shortage());
      const exited = new Promise<ExitStatus>((resolve) => {
        child.once("exit", (code, signal) => resolve(signal === null ? { code: code ?? 0 } : { signal }));
      });
      return { pid: child.pid, exited };
    } catch (error) {
      const known = (error as { syscall?: string }).syscall === "spawn" &&
        (error as { path?: string }).path !== undefined;
      throw known || isShortage((error as { code?: string }).code ?? "") ? error : spawnFailure(options, error);
    } finally {
      if (before !== undefined) Deno.umask(before);
    }
  },
  kill(pid, signal) {
    try {
      process.kill(pid, signal);
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === "ESRCH") return false;
      throw error;
    }
  },
  stat,
  list() {
    const all: ProcessStat[] = [];
    for (const name of fs.readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const found = stat(Number(name));
      if (found) all.push(found);
    }
    return all;
  },
  commandLine: (pid) => (readProc(`/proc/${pid}/cmdline`) ?? "").split("\0").filter((word) => word !== ""),
  outputs: (pid) => [1, 2].flatMap((fd) => readable(() => fs.readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? []),
  environment: (pid) => (readProc(`/proc/${pid}/environ`) ?? "").split("\0").filter((word) => word !== ""),
  bootId: () => (readProc("/proc/sys/kernel/random/boot_id") ?? "").trim(),
};
