import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { isGone, syncDirectory } from "./inbox.ts";
import { type Entry, identityOf } from "./settling.ts";

/** Folder of a place for what is not finished; its name begins with a dot, so nobody takes it for a part of the library. */
const WORKSHOP = ".vpo";

/** A path for what is being made of a file, beside where it will go: a rename never leaves a file system. */
export async function workshopPath(place: string, name: string): Promise<string> {
  await fs.mkdir(join(place, WORKSHOP), { recursive: true });
  return join(place, WORKSHOP, name);
}

/** How the names begin of all that is made of a file in a workshop: unlike those of any other file. */
export function workshopPrefix(file: Entry): string {
  return `${createHash("sha256").update(identityOf(file)).digest("hex").slice(0, 16)}-`;
}

/** Paths of everything in the workshop of a place whose name begins so. */
export async function inWorkshop(place: string, prefix: string): Promise<readonly string[]> {
  try {
    const names = await fs.readdir(join(place, WORKSHOP));
    return names.filter((name) => name.startsWith(prefix)).map((name) => join(place, WORKSHOP, name));
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** `a/film.mkv`, `a/film (2).mkv`, `a/film (3).mkv` … @param count from 1 on */
export function numbered(path: string, count: number): string {
  if (count === 1) return path;
  const extension = extname(path);
  return join(dirname(path), `${basename(path, extension)} (${count})${extension}`);
}

/**
 * Gives a file a further name in a place, one that nothing has there: link(2) never takes the place of another file. The
 * name is on the disk when this returns.
 *
 * @param from on the file system of `place`
 * @param options `path`: as it should be called there; `choose` hears each name before it is tried
 * @returns the path below `place`. Throws what node throws.
 */
export async function linkInto(
  place: string,
  from: string,
  options: { readonly path: string; choose(target: string): Promise<void> },
): Promise<string> {
  for (let count = 1;; count++) {
    const target = numbered(options.path, count);
    if (await exists(join(place, target))) continue;
    await options.choose(target);
    await fs.mkdir(dirname(join(place, target)), { recursive: true });
    if (!await linkTo(from, join(place, target))) continue;
    await syncDirectories(place, target);
    return target;
  }
}

async function linkTo(from: string, to: string): Promise<boolean> {
  try {
    await fs.link(from, to);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "EEXIST") return false;
    throw error;
  }
}

/** The directories that lead to a target may be as new as the target. */
async function syncDirectories(place: string, target: string): Promise<void> {
  for (let path = dirname(target);; path = dirname(path)) {
    await syncDirectory(join(place, path));
    if (path === ".") return;
  }
}

export async function exists(path: string): Promise<boolean> {
  return await inodeOf(path) !== undefined;
}

/** What tells whether two names are one file; undefined when there is none. */
export async function inodeOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await fs.lstat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Whether both are there and are one file. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const inode = await inodeOf(a);
  return inode !== undefined && inode === await inodeOf(b);
}
