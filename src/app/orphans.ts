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

/** What became of the programs of a dead daemon, by name. */
export interface EndedOrphans {
  readonly ended: readonly string[];
  /** Those of them that did not end when they were asked. */
  readonly killed: readonly string[];
}

/** Ends what a dead daemon left running: politely, then by force. */
export async function endOrphans(context: Context, patienceMs = PATIENCE_MS): Promise<EndedOrphans> {
  const { clock, processes } = context.system;
  const signal = (name: Deno.Signal): string[] => {
    const orphans = orphansOf(context);
    for (const orphan of orphans) processes.kill(-orphan.pid, name);
    return orphans.map((orphan) => orphan.name);
  };
  const asked = signal("SIGTERM");
  if (asked.length === 0) return { ended: [], killed: [] };
  const end = clock.monotonic() + patienceMs;
  while (clock.monotonic() < end && orphansOf(context).length > 0) await delay(clock, LOOK_MS);
  const killed = signal("SIGKILL");
  return { ended: [...new Set([...asked, ...killed])], killed: [...new Set(killed)] };
}
