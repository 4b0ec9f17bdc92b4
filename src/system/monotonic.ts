import fs from "node:fs";
import os from "node:os";

/** How the clock is read: the files of proc(5), and the uptime of sysinfo(2) in whole seconds, rounded up. */
export interface MonotonicSources {
  /** The beginning of a file; undefined when it cannot be read. */
  head(path: string): string | undefined;
  uptimeSeconds(): number;
}

const systemSources: MonotonicSources = { head: readHead, uptimeSeconds: () => os.uptime() };

/**
 * CLOCK_MONOTONIC of clock_gettime(2) in microseconds, as sd_notify(3) wants it in MONOTONIC_USEC. The runtime's own clock
 * counts from the start of the process, and nothing that it offers leads from there to the kernel's.
 *
 * - /proc/timer_list tells it in nanoseconds, to root only.
 * - /proc/uptime tells CLOCK_BOOTTIME in hundredths of a second. It is read until it moves, for 10 ms at most; then it is
 *   exact to the time of one read. CLOCK_BOOTTIME is ahead by the time that the machine has slept, and is the same clock on
 *   one that never does.
 * - sysinfo(2), where a unit hides both files (ProcSubset=pid): the same, up to a second ahead.
 *
 * systemd asks one thing of the figure, that it is not from before its own signal. No source is ever behind, and the first
 * two are not ahead of the clock that they tell.
 */
export function monotonicMicroseconds(sources: MonotonicSources = systemSources): bigint {
  return timerList(sources) ?? bootTime(sources) ?? BigInt(sources.uptimeSeconds()) * 1_000_000n;
}

/** The kernel tells the time of the machine there; a time namespace, time_namespaces(7), is that much off. */
function timerList({ head }: MonotonicSources): bigint | undefined {
  const nanoseconds = /^now at (\d+) nsecs$/m.exec(head("/proc/timer_list") ?? "")?.[1];
  if (nanoseconds === undefined) return undefined;
  const [, seconds = "0", rest = "0"] =
    /^monotonic\s+(-?\d+)\s+(\d+)$/m.exec(head("/proc/self/timens_offsets") ?? "") ?? [];
  return (BigInt(nanoseconds) + BigInt(seconds) * 1_000_000_000n + BigInt(rest)) / 1000n;
}

/** Longest wait for the next hundredth of a second, in milliseconds. */
const TICK_LIMIT_MS = 30;

function bootTime({ head }: MonotonicSources): bigint | undefined {
  const first = hundredths(head("/proc/uptime"));
  if (first === undefined) return undefined;
  const end = performance.now() + TICK_LIMIT_MS;
  let now: bigint | undefined = first;
  while (now === first && performance.now() < end) now = hundredths(head("/proc/uptime"));
  return now === undefined || now === first ? (first + 1n) * 10_000n : now * 10_000n;
}

function hundredths(text: string | undefined): bigint | undefined {
  const [, seconds, rest] = /^(\d+)\.(\d\d) /.exec(text ?? "") ?? [];
  return seconds === undefined ? undefined : BigInt(seconds + rest);
}

/** Bytes that the lines which matter are within. */
const HEAD_BYTES = 256;

function readHead(path: string): string | undefined {
  let file: number;
  try {
    file = fs.openSync(path, "r");
  } catch {
    return undefined; // Not there, not for us, or hidden by the unit: each of them means the next source.
  }
  try {
    const buffer = new Uint8Array(HEAD_BYTES);
    return new TextDecoder().decode(buffer.subarray(0, fs.readSync(file, buffer)));
  } catch {
    return undefined; // /proc/timer_list of a container may open and not be read.
  } finally {
    fs.closeSync(file);
  }
}
