import { spawn } from "node:child_process";
import process from "node:process";
import { spawnFailure } from "./exec_trouble.ts";
import type { ExitStatus } from "./processes.ts";

/** A child that has our stdin, stdout, stderr, directory and environment. */
export interface AttachedChild {
  readonly pid: number;
  readonly exited: Promise<ExitStatus>;
}

/** Argv of this process after the program's name. */
export function ownWords(): readonly string[] {
  return Deno.args;
}

/** What a compiled program is compiled for: `x86_64`, `aarch64`. */
export const ARCHITECTURE: string = Deno.build.arch;

/**
 * Starts a child in a session of its own: what a terminal sends goes to us alone, and is not heard twice.
 *
 * @throws Error with an errno when it cannot be executed
 */
export function startAttached(command: readonly string[], env: Readonly<Record<string, string>>): AttachedChild {
  const [file = "", ...args] = command;
  const child = spawn(file, args, { env: { ...env }, detached: true, stdio: "inherit" });
  child.on("error", () => {}); // Reported below, or seen as the child's end.
  if (child.pid === undefined) throw spawnFailure({ command, cwd: process.cwd(), env });
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal === null ? { code: code ?? 0 } : { signal }));
  });
  return { pid: child.pid, exited };
}
