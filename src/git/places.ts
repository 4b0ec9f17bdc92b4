import { join, resolve } from "node:path";
import { errnoOf } from "../base/errors.ts";
import type { Files } from "../system/files.ts";
import { type Git, GitError, MissingError, textOf } from "./git.ts";

/** Where a repository keeps what is looked at. */
export interface Places {
  /** HEAD and its reflog: of this work tree alone. */
  readonly gitDir: string;
  /** Branches: shared by all work trees. */
  readonly commonDir: string;
}

/**
 * What git is to be pointed at: the `.git` of a work tree, which may be a file, or the directory itself.
 *
 * @throws MissingError when there is neither, found without git; GitError
 */
export function gitDirOf(files: Pick<Files, "stat" | "realPath">, path: string): string {
  try {
    const real = files.realPath(path);
    const inside = files.stat(join(real, ".git"));
    const gitDir = inside === undefined ? real : join(real, ".git");
    const isThere = inside?.kind === "file" || files.stat(join(gitDir, "HEAD")) !== undefined;
    if (!isThere) throw new MissingError("it is not a git repository");
    return gitDir;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (errno === "ENOENT") throw new MissingError("there is no such directory", { cause: error });
    throw new GitError(`it cannot be entered (${errno})`, { cause: error });
  }
}

/** @throws GitError when there is no repository */
export async function placesOf(git: Git): Promise<Places> {
  const ask = async (what: string) => resolve("/", textOf(await git({ args: ["rev-parse", what] })));
  return { gitDir: await ask("--absolute-git-dir"), commonDir: await ask("--git-common-dir") };
}

/** Directories of branches that are looked at. */
const MOST = 500;
const DEEPEST = 12;

/** The directories in which something changes whenever a branch or HEAD does. */
export function directoriesOf(files: Pick<Files, "stat" | "list">, { gitDir, commonDir }: Places): readonly string[] {
  const found = new Set([gitDir, commonDir]);
  const add = (path: string, depth: number) => {
    if (found.size >= MOST || depth > DEEPEST || statOf(files, path)?.kind !== "directory") return;
    found.add(path);
    for (const name of namesIn(files, path)) add(join(path, name), depth + 1);
  };
  for (const part of ["refs/heads", "refs/remotes", "reftable"]) add(join(commonDir, part), 0);
  if (gitDir !== commonDir) add(join(gitDir, "reftable"), 0);
  return [...found];
}

/** A mark of all branches and of HEAD, taken without git and without opening a file. */
export interface Mark {
  readonly text: string;
  /** The newest change that it saw, milliseconds since the epoch. */
  readonly newest: number;
  /** When HEAD was written. */
  readonly headAt: number;
  readonly isUnderway: boolean;
  readonly directories: readonly string[];
}

/** Files that change in place, or beside others that do not matter. */
const FILES = ["HEAD", "packed-refs"];
/** There while HEAD is elsewhere for a time: git-rebase(1), git-am(1), git-bisect(1). */
const UNDERWAY = ["rebase-merge", "rebase-apply", "BISECT_LOG"];

/** @param before an older mark: while nothing changed, no directory is listed */
export function markOf(files: Pick<Files, "stat" | "list">, places: Places, before?: Mark): Mark {
  const mark = before && markWith(files, places, before.directories);
  return mark?.text === before?.text && mark !== undefined
    ? mark
    : markWith(files, places, directoriesOf(files, places));
}

function markWith(files: Pick<Files, "stat">, places: Places, directories: readonly string[]): Mark {
  const { gitDir, commonDir } = places;
  const underway = UNDERWAY.filter((name) => statOf(files, join(gitDir, name)) !== undefined);
  // The top is left out: it changes with every lock of the index.
  const below = directories.filter((path) => path !== gitDir && path !== commonDir);
  const paths = [...new Set([gitDir, commonDir].flatMap((top) => FILES.map((name) => join(top, name))))];
  const stats = [...paths, ...below].map((path) => ({ path, stat: statOf(files, path) }));
  const lines = stats.map(({ path, stat }) => stat && `${path} ${stat.ino} ${stat.size} ${stat.mtimeMs}`);
  return {
    text: [...lines, ...underway].join("\n"),
    newest: Math.max(0, ...stats.map(({ stat }) => stat?.mtimeMs ?? 0)),
    headAt: Math.round(statOf(files, join(gitDir, "HEAD"))?.mtimeMs ?? 0),
    isUnderway: underway.length > 0,
    directories,
  };
}

/** Differs when something else was put in the place. @param path of `.git`, or of a bare repository */
export function identityOf(files: Pick<Files, "stat">, path: string): string {
  const stat = statOf(files, path);
  if (stat === undefined) return "";
  return [stat.dev, stat.ino, ...(stat.kind === "directory" ? [] : [stat.mtimeMs])].join(":");
}

function statOf(files: Pick<Files, "stat">, path: string) {
  try {
    return files.stat(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined; // Not to be seen: git will say why, if it matters.
  }
}

function namesIn(files: Pick<Files, "list">, path: string): readonly string[] {
  try {
    return files.list(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}
