import { Buffer } from "node:buffer";
import fs from "node:fs";
import { messageOf } from "../base/errors.ts";
import { readable } from "./proc.ts";
import { parseStat, type ProcessStat } from "./processes.ts";

/** Bytes that a process, and children that it has waited for, moved from and to storage: proc_pid_io(5). */
export interface ProcessIo {
  readonly readBytes: number;
  readonly writeBytes: number;
}

/**
 * What processes use, each question as cheap as /proc allows. A process that is gone, or that this user may not look at,
 * is undefined. Throws node's error when descriptors run out.
 */
export interface UsageProcesses {
  /** Every process that this user can see. */
  pids(): number[];
  times(pid: number): ProcessStat | undefined;
  /** Number of open descriptors. */
  descriptors(pid: number): number | undefined;
  io(pid: number): ProcessIo | undefined;
  /** Milliseconds since boot, on the clock of {@link ProcessStat.startTime}. */
  sinceBoot(): number;
}

/** A line of stat has 52 numbers, one of `io` seven; both fit with room. */
const BUFFER = 4096;

/** The machine's processes. One buffer serves all reads, which are synchronous. */
export function openUsageProcesses(): UsageProcesses {
  const buffer = Buffer.alloc(BUFFER);
  const read = (path: string) => readInto(buffer, path);
  return {
    pids: () => (readable(() => fs.readdirSync("/proc")) ?? []).filter((name) => /^\d+$/.test(name)).map(Number),
    times(pid) {
      const text = read(`/proc/${pid}/stat`);
      return text === undefined || text === "" ? undefined : parseStat(pid, text);
    },
    descriptors: countDescriptors,
    io(pid) {
      const text = read(`/proc/${pid}/io`);
      return text === undefined ? undefined : parseIo(text);
    },
    sinceBoot: () => Math.round(Number.parseFloat(read("/proc/uptime") ?? "0") * 1000),
  };
}

/** Three plain calls are less than half the work of `readFileSync`, which looks at the file's size first. */
function readInto(buffer: Buffer, path: string): string | undefined {
  return readable(() => {
    const fd = fs.openSync(path, "r");
    try {
      return readOpen(buffer, fd);
    } finally {
      fs.closeSync(fd);
    }
  });
}

/** Text of an open file of /proc; empty when its process has gone: ESRCH, which the runtime tells without its code. */
export function readOpen(buffer: Buffer, fd: number): string {
  try {
    return buffer.toString("latin1", 0, fs.readSync(fd, buffer, 0, buffer.length, null));
  } catch (error) {
    if (/\(os error 3\)$/.test(messageOf(error))) return "";
    throw error;
  }
}

/** Since Linux 6.2 the size of the directory is the number; before, it is 0 and the entries have to be counted. */
function countDescriptors(pid: number): number | undefined {
  const path = `/proc/${pid}/fd`;
  return readable(() => Deno.statSync(path).size || fs.readdirSync(path).length);
}

/** undefined when the kernel does not count (no CONFIG_TASK_IO_ACCOUNTING). */
export function parseIo(text: string): ProcessIo | undefined {
  const found = /^read_bytes: (\d+)\nwrite_bytes: (\d+)/m.exec(text);
  return found === null ? undefined : { readBytes: Number(found[1]), writeBytes: Number(found[2]) };
}
