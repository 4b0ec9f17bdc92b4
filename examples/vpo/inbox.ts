import fs from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppdError } from "../../src/mod.ts";
import { type Entry, identityOf } from "./settling.ts";

/**
 * Every file of the inbox and of the folders in it; without links, and without names that begin with a dot.
 *
 * @throws AppdError (io) when the inbox cannot be read
 */
export async function listInbox(inbox: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const folder of await folders(inbox)) {
    for (const name of folder.files) {
      const entry = await entryOf(inbox, join(folder.path, name));
      if (entry !== undefined) entries.push(entry);
    }
  }
  return entries;
}

interface Folder {
  /** Below the inbox. */
  readonly path: string;
  readonly files: readonly string[];
}

async function folders(inbox: string): Promise<readonly Folder[]> {
  const found: Folder[] = [];
  const toDo = [""];
  for (const path of toDo) { // It grows while it is walked.
    const children = await childrenOf(inbox, path);
    const shown = children.filter(({ name }) => !name.startsWith("."));
    found.push({ path, files: shown.filter((child) => child.isFile()).map(({ name }) => name) });
    toDo.push(...shown.filter((child) => child.isDirectory()).map(({ name }) => join(path, name)));
  }
  return found;
}

async function childrenOf(inbox: string, path: string) {
  try {
    return await fs.readdir(join(inbox, path), { withFileTypes: true });
  } catch (error) {
    if (path !== "" && isGone(error)) return [];
    throw new AppdError(`cannot read "${join(inbox, path)}": ${(error as Error).message}`, {
      exit: "io",
      cause: error,
      hint: "look at the folder, or choose another: vpo config set library.inbox DIR",
    });
  }
}

/** A file of the inbox as it is now; undefined when there is none. @param path below the inbox */
export async function entryOf(inbox: string, path: string): Promise<Entry | undefined> {
  try {
    const stat = await fs.lstat(join(inbox, path), { bigint: true });
    if (!stat.isFile()) return undefined;
    return { path, size: Number(stat.size), mtime: `${stat.mtimeNs}`, inode: `${stat.ino}` };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Whether a file still lies in the inbox as it was found. */
export async function isUnchanged(inbox: string, entry: Entry): Promise<boolean> {
  const now = await entryOf(inbox, entry.path);
  return now !== undefined && identityOf(now) === identityOf(entry);
}

/** Whether the error says that there is no such file. */
export function isGone(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes((error as { code?: string }).code ?? "");
}

/** Takes a file out of the inbox, on the disk too; one that has taken its path meanwhile stays. */
export async function leaveInbox(inbox: string, entry: Entry): Promise<void> {
  if (!await isUnchanged(inbox, entry)) return;
  const path = join(inbox, entry.path);
  await fs.unlink(path);
  await syncDirectory(dirname(path));
}

/** Makes sure that the names in a directory are on the disk, fsync(2). */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await fs.open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
