import type { ProcessIo } from "../system/process_usage.ts";
import type { ProcessStat } from "../system/processes.ts";
import type { Member } from "./member.ts";

/** What a tree has used between two looks at it: clock ticks and bytes, never negative. */
export interface Growth {
  readonly ticks: number;
  /** undefined when no process of the tree lets us know. */
  readonly io: ProcessIo | undefined;
}

/** Numbers that a parent takes over when it waits for a child that has ended. */
interface Estate {
  ticks: number;
  readBytes: number;
  writeBytes: number;
}

/** Milliseconds in a clock tick: sysconf(_SC_CLK_TCK) is 100 for user space on Linux. */
export const TICK_MS = 10;

/**
 * What the processes of a tree have used since they were last seen.
 *
 * A process that was born since then counts whole. One that ended has handed its numbers to the parent that waited for it
 * (getrusage(2), RUSAGE_CHILDREN): of what the parent gained, that part which was counted before is not counted again. So
 * children that come and go between two looks are not lost, and a big child's end is neither a fall nor a jump. What a
 * process used between the last look and its end is lost only when nobody of the tree waited for it.
 *
 * @param before members at the last look, by PID
 * @param span milliseconds since that look, Infinity when it is the first of this life; a process that is older than
 *   that and yet unknown counts only for its share, so that it makes no spike
 */
export function growthOf(
  before: ReadonlyMap<number, Member>,
  now: readonly Member[],
  { span, sinceBoot }: { readonly span: number; readonly sinceBoot: number },
): Growth {
  const estates = estatesOf(before, new Map(now.map((one) => [one.pid, one])));
  let [ticks, readBytes, writeBytes] = [0, 0, 0];
  for (const one of now) {
    const last = before.get(one.pid);
    const known = last?.startTime === one.startTime ? last : undefined;
    const estate = estates.get(one.pid);
    const share = known === undefined ? Math.min(1, span / Math.max(1, sinceBoot - bornAt(one))) : 1;
    ticks += share * grown(one.cpuTicks, known?.cpuTicks, 0);
    ticks += share * grown(one.childTicks, known?.childTicks, estate?.ticks);
    readBytes += share * grown(one.io?.readBytes, known?.io?.readBytes, estate?.readBytes);
    writeBytes += share * grown(one.io?.writeBytes, known?.io?.writeBytes, estate?.writeBytes);
  }
  return { ticks, io: now.some((one) => one.io !== undefined) ? { readBytes, writeBytes } : undefined };
}

/** When a process was born, in milliseconds since boot. */
export function bornAt(one: Pick<ProcessStat, "startTime">): number {
  return Number(one.startTime) * TICK_MS;
}

function grown(now = 0, before = 0, inherited = 0): number {
  return Math.max(0, now - before - inherited);
}

/** What was counted already of members that have ended, by the PID of the nearest ancestor that lives on. */
function estatesOf(before: ReadonlyMap<number, Member>, now: ReadonlyMap<number, Member>): Map<number, Estate> {
  const lives = ({ pid, startTime }: Member) => now.get(pid)?.startTime === startTime;
  const estates = new Map<number, Estate>();
  for (const one of before.values()) {
    if (lives(one)) continue;
    let heir = before.get(one.ppid);
    for (let steps = before.size; heir !== undefined && !lives(heir) && steps > 0; steps--) {
      heir = before.get(heir.ppid);
    }
    if (heir === undefined) continue;
    const estate = estates.get(heir.pid) ?? { ticks: 0, readBytes: 0, writeBytes: 0 };
    estate.ticks += one.cpuTicks + one.childTicks;
    estate.readBytes += one.io?.readBytes ?? 0;
    estate.writeBytes += one.io?.writeBytes ?? 0;
    estates.set(heir.pid, estate);
  }
  return estates;
}
