import type { ProgramStatus } from "../base/program_reports.ts";
import { delay } from "../system/clock.ts";
import { act, askStatus } from "./control.ts";
import type { Context } from "./context.ts";

/** What can be done to a program by name. */
export type ProgramAction = "start" | "stop" | "restart" | "reset";

/** A program without a probe is ready after one second alive: the news of its start is in by then, in milliseconds. */
const NEWS_MS = 1500;
const LOOK_MS = 50;

/** @param name a program, for all its instances, or one instance @throws AppdError (notRunning, generic) */
export async function controlProgram(context: Context, action: ProgramAction, name: string): Promise<void> {
  await act(context, [`${action} program`, name], pathOf(name, action));
}

/** Sends a signal, as `SIGTERM`. @returns the number of programs that got it */
export async function signalProgram(context: Context, name: string, signal: string): Promise<number> {
  const { programs } = await act<{ programs: number }>(context, ["signal", name], pathOf(name, "signal"), { signal });
  return programs;
}

/** @returns the names of all instances that there are now */
export async function scaleProgram(context: Context, name: string, instances: number): Promise<readonly string[]> {
  const { programs } = await act<{ programs: string[] }>(context, ["scale", name], pathOf(name, "scale"), {
    instances,
  });
  return programs;
}

/**
 * The programs once it shows what became of a start: those that are awaited have left `starting`, or that takes longer
 * than a program without a probe needs. Undefined when the daemon went away meanwhile.
 */
export async function programsAfterStart(
  context: Context,
  names: ReadonlySet<string>,
): Promise<readonly ProgramStatus[] | undefined> {
  const { clock } = context.system;
  const end = clock.monotonic() + NEWS_MS;
  for (;;) {
    const programs = (await askStatus(context))?.programs;
    const open = programs?.some(({ name, state, waiting_for: waits }) =>
      names.has(name) && state === "starting" && (waits ?? []).length === 0
    );
    if (!open || clock.monotonic() > end) return programs;
    await delay(clock, LOOK_MS); // A few looks at a report that is in memory; nothing hangs on the exact moment.
  }
}

function pathOf(name: string, action: string): string {
  return `/api/v1/programs/${encodeURIComponent(name)}/${action}`;
}
