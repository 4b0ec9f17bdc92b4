import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import type { Execution } from "./exec_trouble.ts";
import { spawnFailure } from "./exec_trouble.ts";

/** A short command whose output is wanted, with limits on what it may take. */
export interface BoundedCommand extends Execution {
  /** What it reads on its stdin; without it that is /dev/null. */
  readonly input?: string;
  /** Milliseconds that it may run. */
  readonly limitMs: number;
  /** Bytes of stdout that are kept. */
  readonly maxBytes: number;
  /** Ends it at once. */
  readonly signal?: AbortSignal;
}

/** How a {@link BoundedCommand} came out. */
export interface BoundedResult {
  /** Its exit code; null when it was killed. */
  readonly code: number | null;
  readonly stdout: Uint8Array;
  /** The beginning of it. */
  readonly stderr: string;
  /** Why it was killed by us: it ran too long, wrote too much, or nobody wants it any more. */
  readonly cut: "time" | "size" | "abort" | null;
}

/** Runs a command to its end. Throws what {@link spawnFailure} gives, with an errno, when it cannot be executed. */
export type RunBounded = (command: BoundedCommand) => Promise<BoundedResult>;

const MAX_STDERR = 16 * 1024;
/** Milliseconds that something which holds the pipes of an ended command gets, before it is killed with its group. */
const LINGER_MS = 500;

/** Bytes up to a limit. */
class Kept {
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns false when not all of it fitted in */
  add(bytes: Uint8Array): boolean {
    const part = bytes.subarray(0, this.#most - this.#length);
    if (part.length > 0) this.#parts.push(part);
    this.#length += part.length;
    return part.length === bytes.length;
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}

/** In a session of its own, so that all of it can be killed. */
function start(command: BoundedCommand): ChildProcess & { readonly pid: number } {
  const [file = "", ...args] = command.command;
  const options = { cwd: command.cwd, env: { ...command.env }, detached: true } as const;
  let child: ChildProcess;
  try {
    child = spawn(file, args, { ...options, stdio: [command.input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
  } catch (error) {
    throw spawnFailure(command, error);
  }
  child.on("error", () => {}); // Reported below, or seen as the child's end.
  if (child.pid === undefined) throw spawnFailure(command);
  return child as ChildProcess & { readonly pid: number };
}

/** {@link RunBounded} of this machine. */
export const runBounded: RunBounded = (command) =>
  new Promise((resolve, reject) => {
    let child: ReturnType<typeof start>;
    try {
      child = start(command);
    } catch (error) {
      return reject(error);
    }
    const { stdin, stdout, stderr, pid } = child;
    const out = new Kept(command.maxBytes);
    const err = new Kept(MAX_STDERR);
    let cut: BoundedResult["cut"] = null;
    let code: number | null = null;
    let linger: ReturnType<typeof setTimeout> | undefined;
    const stop = (why: NonNullable<BoundedResult["cut"]>) => {
      cut ??= why;
      killGroup(pid);
    };
    const abort = () => stop("abort");
    const limit = setTimeout(() => stop("time"), command.limitMs);
    const finish = () => {
      clearTimeout(limit);
      clearTimeout(linger);
      command.signal?.removeEventListener("abort", abort);
      resolve({ code, stdout: out.bytes(), stderr: new TextDecoder().decode(err.bytes()), cut });
    };
    stdout?.on("data", (bytes: Uint8Array) => out.add(bytes) || stop("size"));
    stderr?.on("data", (bytes: Uint8Array) => void err.add(bytes));
    child.once("exit", (status) => {
      code = status;
      linger = setTimeout(() => {
        killGroup(pid);
        stdout?.destroy();
        stderr?.destroy();
      }, LINGER_MS);
    });
    child.once("close", finish);
    command.signal?.addEventListener("abort", abort);
    if (command.signal?.aborted) abort();
    stdin?.on("error", () => {}); // It ended before it had read everything: its exit code tells.
    stdin?.end(command.input);
  });
