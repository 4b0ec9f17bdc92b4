import fs from "node:fs";
import { join } from "node:path";

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
 * @returns undefined where that is not to be had: no such directory, others may write in it, or the limit of watches is
 * reached
 */
export function directoryWatches(): WatchDirectories {
  const watched = new Map<Deno.FsWatcher, readonly string[]>();
  const released = <T>(call: () => T): T => {
    const held = [...new Set([...watched.values()].flat())].flatMap(fifosIn).map(hold);
    try {
      return call();
    } finally {
      for (const fd of held) if (fd !== undefined) fs.closeSync(fd);
    }
  };
  return (paths, onChange) => {
    if (!paths.every(isSafe)) return undefined;
    const watcher = released(() => openWatch(paths));
    if (watcher === undefined) return undefined;
    watched.set(watcher, paths);
    pass(watcher, onChange);
    return {
      [Symbol.dispose]() {
        if (!watched.has(watcher)) return;
        released(() => watcher.close());
        watched.delete(watcher);
      },
    };
  };
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
