import { join } from "node:path";
import { errnoOf } from "../base/errors.ts";
import type { Clock } from "./clock.ts";
import type { Files } from "./files.ts";

/** Tells whether a program's death by KILL was the kernel's doing, for want of memory. */
export interface OomWitness {
  /**
   * Whether the kernel has killed a process for want of memory lately, for which this has not been asked yet: two
   * programs that died of one shortage get an answer each.
   */
  hasKilled(): boolean;
  /** Looks at the counters, so that a kill is not laid at the door of a later death. To be called every few seconds. */
  refresh(): void;
}

export interface OomWitnessOptions {
  readonly files: Pick<Files, "readText">;
  readonly clock: Pick<Clock, "monotonic">;
  /** Where /proc and /sys are looked for. */
  readonly root?: string;
}

/** Milliseconds for which a kill that was seen can explain a death. */
const LATELY = 10_000;

/**
 * A witness of what happens from now on. It reads a counter, because the kernel tells nobody else: `oom_kill` of our own
 * cgroup, which counts below it too (cgroup v2, memory.events); where there is none the whole host's, /proc/vmstat; and
 * cgroup v1's memory.oom_control last, which counts for itself alone. Without any of them the answer is always no.
 */
export function createOomWitness({ files, clock, root = "/" }: OomWitnessOptions): OomWitness {
  const source = counterPaths(files, root).find((path) => readCount(files, path) !== undefined);
  const read = () => source === undefined ? undefined : readCount(files, source);
  let seen = read() ?? 0;
  let unexplained = 0;
  let seenAt = -Infinity;
  const refresh = () => {
    const count = read() ?? seen;
    const now = clock.monotonic();
    if (now - seenAt > LATELY) unexplained = 0;
    if (count > seen) {
      unexplained += count - seen;
      seenAt = now;
    }
    seen = count;
  };
  const hasKilled = () => {
    refresh();
    if (unexplained === 0) return false;
    unexplained--;
    return true;
  };
  return { hasKilled, refresh };
}

/** Whether there is a counter at all: without one a witness never says yes. */
export function countsOomKills({ files, root = "/" }: Pick<OomWitnessOptions, "files" | "root">): boolean {
  return counterPaths(files, root).some((path) => readCount(files, path) !== undefined);
}

/** A witness that costs nothing until it is woken up, and has seen nothing before. */
export interface SleepingWitness extends OomWitness {
  /** Witnesses from now on; nothing when it does already. */
  begin(): void;
}

/** See {@link createOomWitness}. */
export function sleepingWitness(options: OomWitnessOptions): SleepingWitness {
  let awake: OomWitness | undefined;
  return {
    begin: () => void (awake ??= createOomWitness(options)),
    hasKilled: () => awake?.hasKilled() ?? false,
    refresh: () => awake?.refresh(),
  };
}

type Readable = Pick<Files, "readText">;

/** Best first. A container may see its cgroup's path as the host has it while the root of the mount is its own. */
function counterPaths(files: Readable, root: string): string[] {
  const lines = (readText(files, join(root, "proc/self/cgroup")) ?? "").split("\n").map((line) => line.split(":"));
  const v2 = lines.find(([number, controllers]) => number === "0" && controllers === "")?.[2];
  const v1 = lines.find(([, controllers]) => controllers?.split(",").includes("memory"))?.[2];
  const below = (mount: string, path: string | undefined, file: string) =>
    path === undefined ? [] : [join(root, mount, path, file), join(root, mount, file)];
  return [
    ...below("sys/fs/cgroup", v2, "memory.events"),
    join(root, "proc/vmstat"),
    ...below("sys/fs/cgroup/memory", v1, "memory.oom_control"),
  ];
}

function readCount(files: Readable, path: string): number | undefined {
  const count = /^oom_kill (\d+)$/m.exec(readText(files, path) ?? "")?.[1];
  return count === undefined ? undefined : Number(count);
}

/** None of these files has to be there, or to be readable. */
function readText(files: Readable, path: string): string | undefined {
  try {
    return files.readText(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}
