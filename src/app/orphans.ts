import { findOutputHolders } from "../programs/adoption.ts";
import { endKeepers } from "../programs/fifo_keeper.ts";
import { createFifos } from "../system/fifo.ts";
import { delay } from "../system/clock.ts";
import type { Context } from "./context.ts";

/** What a program without a daemon gets from SIGTERM to SIGKILL, in milliseconds. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 20;

/** Programs that still run below this home although no daemon does, as the leaders of their process groups. */
export function orphansOf(context: Context): { name: string; pid: number }[] {
  const { files, processes } = context.system;
  if (files.stat(context.paths.programs) === undefined) return [];
  return findOutputHolders(processes, files.realPath(context.paths.programs));
}

/** Ends the process that kept the output of programs for a next daemon; there is none to come. */
export function endOutputKeeper(context: Context): void {
  const { files, processes } = context.system;
  if (files.stat(context.paths.programs) === undefined) return;
  endKeepers({ processes, fifos: createFifos() }, files.realPath(context.paths.programs));
}

/** Ends what a dead daemon left running: politely, then by force. @returns the names of the programs */
export async function endOrphans(context: Context, patienceMs = PATIENCE_MS): Promise<string[]> {
  const { clock, processes } = context.system;
  const names = new Set<string>();
  const signal = (name: Deno.Signal) => {
    for (const orphan of orphansOf(context)) {
      names.add(orphan.name);
      processes.kill(-orphan.pid, name);
    }
  };
  signal("SIGTERM");
  if (names.size === 0) return [];
  const end = clock.monotonic() + patienceMs;
  while (clock.monotonic() < end && orphansOf(context).length > 0) await delay(clock, LOOK_MS);
  signal("SIGKILL");
  return [...names];
}
