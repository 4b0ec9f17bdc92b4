import { errnoOf } from "../base/errors.ts";
import { escapeControls } from "../base/escape.ts";
import { type InstanceState, readState } from "../instance/state_file.ts";
import { judgeLastEnd, type LastEnd } from "../instance/last_end.ts";
import { memoryDeath } from "../instance/memory_death.ts";
import { readEnd } from "../system/read_end.ts";
import { runBounded } from "../system/bounded_command.ts";
import type { Context } from "./context.ts";

/** Longest time that the kernel's log may take, in milliseconds, and most bytes of it. */
const KERNEL_LOG = { limitMs: 2000, maxBytes: 4 * 1024 * 1024 };
/** How a runtime says that it cannot go on. */
const CRASH = /fatal|panicked|out of memory|uncaught|^error: /i;
/** Bytes at the end of what the runtime printed that are looked at. */
const LAST_BYTES = 4096;

/** Deaths within so many milliseconds are a row. */
const ROW_MS = 600_000;
/** Ends after which earlier deaths count no more. */
const ENDS_A_ROW: readonly LastEnd["how"][] = ["clean", "reboot"];

/** What earlier runs of this instance have left behind in writing. */
export interface FlightRecord {
  /** How the run before this one ended; undefined when there was none. */
  readonly lastEnd: LastEnd | undefined;
  /** When daemons of this instance died lately, ISO 8601, the last one included; forgotten by an orderly end. */
  readonly deaths: readonly string[];
}

/** To be asked before this run leaves traces of its own. */
export async function flightRecord(context: Context): Promise<FlightRecord> {
  const { clock, files } = context.system;
  const state = readState(files, context.paths.state);
  if (state === undefined) return { lastEnd: undefined, deaths: [] };
  const lastEnd = await lastEndOf(context, state);
  const now = clock.now();
  if (ENDS_A_ROW.includes(lastEnd.how)) return { lastEnd, deaths: [] };
  const before = (state.deaths ?? []).filter((at) => Date.parse(at) > now - ROW_MS);
  return { lastEnd, deaths: [...before, new Date(now).toISOString()] };
}

async function lastEndOf(context: Context, state: InstanceState): Promise<LastEnd> {
  const { files, processes } = context.system;
  const bootId = processes.bootId();
  const died = state.ended === undefined && state.boot_id === bootId;
  return judgeLastEnd(state, {
    bootId,
    lastWords: died ? lastWords(context, state) : undefined,
    kernelLine: died ? await kernelLine(state) : undefined,
    lastSeenAt: files.stat(context.paths.lock)?.mtimeMs,
  });
}

/** The last line that the runtime printed, if that was during this run. */
function lastWords({ system, paths }: Context, state: InstanceState): string | undefined {
  const { files } = system;
  const stat = files.stat(paths.lateOutput);
  if (stat === undefined || stat.size === 0 || stat.mtimeMs < Date.parse(state.started_at)) return undefined;
  const fatal = readEnd(files, paths.lateOutput, LAST_BYTES).split("\n").findLast((line) => CRASH.test(line));
  return fatal === undefined ? undefined : escapeControls(fatal).slice(0, 300);
}

/** What the kernel's log says of the death of that daemon; often it may be read by root only. */
async function kernelLine(state: InstanceState): Promise<string | undefined> {
  const env = { PATH: "/usr/bin:/bin", LC_ALL: "C" };
  try {
    const { stdout } = await runBounded({ command: ["dmesg"], cwd: "/", env, ...KERNEL_LOG });
    const found = memoryDeath(new TextDecoder().decode(stdout), state);
    return found === undefined ? undefined : escapeControls(found).slice(0, 200);
  } catch (error) {
    if (errnoOf(error) !== undefined) return undefined; // No such tool.
    throw error;
  }
}
