import fs from "node:fs";
import { join } from "node:path";
import { readable } from "./proc.ts";

/** Says that something in one of the directories changed; what it was, the caller looks up. */
export type WatchDirectories = (paths: readonly string[], onChange: () => void) => Disposable | undefined;

/**
 * The runtime opens each file that an event names, and waits for good for a writer when that is a FIFO: no event comes any
 * more, and the next call that makes or ends a watch hangs with the whole process. So only directories are watched in
 * which nobody but us and root can make one, and before each such call every FIFO that is there gets its writer.
 */
function isSafe(path: string): boolean {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return false;
  const ours = stat.uid === Deno.uid() || stat.uid === 0;
  return ours && (stat.mode & 0o022) === 0 && fifosIn(path).length === 0;
}

function fifosIn(path: string): string[] {
  try {
    // The runtime's directory entries know files, directories and links, and no FIFOs.
    return fs.readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.isFile() && !entry.isDirectory() && !entry.isSymbolicLink())
      .map((entry) => join(path, entry.name))
      .filter((one) => fs.lstatSync(one, { throwIfNoEntry: false })?.isFIFO());
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES"].includes((error as { code?: string }).code ?? "")) return [];
    throw error;
  }
}

/** Opening it for both directions never blocks (fifo(7)) and lets go whoever waits for a writer, as long as it is held. */
function hold(path: string): number | undefined {
  try {
    return fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK | fs.constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as { code?: string }).code === undefined) throw error;
    return undefined; // Gone, or no FIFO any more.
  }
}

/**
 * The kernel's news of directories, inotify(7), without what is below them.
 *
 * @returns undefined where that is not to be had: no such directory, others may write in it, the limit of watches is
 * reached, or the thread that reads them hangs
 */
export function directoryWatches(): WatchDirectories {
  const open = new Set<Deno.FsWatcher>();
  /** Every directory that was ever watched: news of it may still be under way. */
  const known = new Set<string>();
  const released = <T>(call: () => T): T => {
    const held = [...known].flatMap(fifosIn).map(hold);
    try {
      return call();
    } finally {
      for (const fd of held) if (fd !== undefined) fs.closeSync(fd);
    }
  };
  return (paths, onChange) => {
    if (!paths.every(isSafe)) return undefined;
    const watcher = released(() => isStuck() ? undefined : openWatch(paths));
    if (watcher === undefined) return undefined;
    open.add(watcher);
    for (const path of paths) known.add(path);
    pass(watcher, onChange);
    return {
      [Symbol.dispose]() {
        if (open.delete(watcher)) released(() => watcher.close());
      },
    };
  };
}

/** Numbers of open(2) and openat(2), which proc_pid_syscall(5) tells. */
const OPEN_CALLS: Readonly<Record<string, readonly string[]>> = { x86_64: ["2", "257"], aarch64: ["56"] };
/** Milliseconds after which it does not come back: to open a file takes it no time. */
const PATIENCE_MS = 30;

/** Whether the runtime's thread waits in open(2), for good: its FIFO has lost its name, and nobody can let it go. */
function isStuck(): boolean {
  const calls = OPEN_CALLS[Deno.build.arch] ?? [];
  const read = (path: string) => readable(() => fs.readFileSync(`/proc/self/task/${path}`, "utf8")) ?? "";
  const threads = readable(() => fs.readdirSync("/proc/self/task")) ?? [];
  const reader = threads.find((thread) => read(`${thread}/comm`).startsWith("notify-rs"));
  if (reader === undefined) return false;
  const end = performance.now() + PATIENCE_MS;
  while (calls.includes(read(`${reader}/syscall`).split(" ")[0] ?? "")) {
    if (performance.now() > end) return true;
  }
  return false;
}

function openWatch(paths: readonly string[]): Deno.FsWatcher | undefined {
  try {
    return Deno.watchFs([...paths], { recursive: false });
  } catch {
    return undefined; // The limit of watches, or it went away meanwhile: the caller looks by itself then.
  }
}

async function pass(watcher: Deno.FsWatcher, onChange: () => void): Promise<void> {
  try {
    for await (const event of watcher) if (event.kind !== "access") onChange();
  } catch {
    onChange(); // It ended by itself: what it would have told is seen by looking.
  }
}
