import type { ProcessIo, UsageProcesses } from "../system/process_usage.ts";
import type { ProcessStat } from "../system/processes.ts";

/** A process that exists only in a test. */
export type FakeProcess = { -readonly [K in keyof ProcessStat]: ProcessStat[K] } & {
  fds?: number | undefined;
  io?: ProcessIo | undefined;
};

/** A host whose processes do nothing by themselves. */
export class FakeProcesses implements UsageProcesses {
  readonly table = new Map<number, FakeProcess>();
  /** PIDs whose `stat` was read, in order. */
  readonly reads: number[] = [];
  /** Milliseconds since boot. */
  boot = 1_000_000;
  /** Thrown by the next look. */
  failure: Error | undefined;
  /** Called before each read of a process; may make it vanish. */
  beforeRead: (pid: number) => void = () => {};

  /** Adds a process that was born now. */
  add(pid: number, more: Partial<FakeProcess> = {}): FakeProcess {
    const full: FakeProcess = {
      pid,
      startTime: String(this.boot / 10),
      state: "S",
      ppid: 1,
      pgid: pid,
      sid: pid,
      cpuTicks: 0,
      childTicks: 0,
      threads: 1,
      rssBytes: 1000,
      fds: 3,
      io: { readBytes: 0, writeBytes: 0 },
      ...more,
    };
    this.table.set(pid, full);
    return full;
  }

  pids(): number[] {
    if (this.failure !== undefined) throw this.failure;
    return [...this.table.keys()];
  }

  times(pid: number): ProcessStat | undefined {
    this.reads.push(pid);
    this.beforeRead(pid);
    const found = this.table.get(pid);
    return found && { ...found };
  }

  descriptors(pid: number): number | undefined {
    this.beforeRead(pid);
    return this.table.get(pid)?.fds;
  }

  io(pid: number): ProcessIo | undefined {
    this.beforeRead(pid);
    return this.table.get(pid)?.io;
  }

  sinceBoot(): number {
    return this.boot;
  }
}
