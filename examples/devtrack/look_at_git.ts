import { CommandFailed, runCommand } from "./run_command.ts";
import type { Watched } from "./watched.ts";

/** Milliseconds that git may take. */
const PATIENCE_MS = 10_000;

/** Git must not run anything that a hostile repository asks for. */
const HARMLESS = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

/** What one look at a repository has found. */
export interface GitLook {
  readonly name: string;
  readonly path: string;
  readonly ok: boolean;
  /** Null when it cannot be read, or its HEAD is detached. */
  readonly branch: string | null;
  /** Id and subject of the last commit; null when it cannot be read, or there is none yet. */
  readonly head: string | null;
  readonly error: string | null;
}

/** Looks at a repository once. What is wrong with it is in the result. */
export async function lookAtGit({ name, path }: Pick<Watched, "name" | "path">): Promise<GitLook> {
  const git = async (...words: string[]) => {
    const command = ["git", ...HARMLESS, "-C", path, ...words];
    return (await runCommand(command, { signal: AbortSignal.timeout(PATIENCE_MS) })).trim();
  };
  const orNull = (error: unknown) => {
    if (error instanceof CommandFailed) return null;
    throw error;
  };
  try {
    await git("rev-parse", "--git-dir");
    const branch = await git("symbolic-ref", "--quiet", "--short", "HEAD").catch(orNull);
    const commit = await git("rev-parse", "--quiet", "--verify", "HEAD^{commit}").catch(orNull);
    const head = commit === null ? null : await git("log", "-1", "--format=%h %s");
    return { name, path, ok: true, branch, head, error: null };
  } catch (error) {
    return { name, path, ok: false, branch: null, head: null, error: (error as Error).message };
  }
}

/** As a line for people. */
export function gitLine({ name, ok, branch, head, error }: GitLook): string {
  if (!ok) return `${name}: ${error}`;
  const where = branch === null ? "a detached HEAD" : branch;
  return `${name}: ok, on ${where}${head === null ? ", no commit yet" : ` at ${head}`}`;
}
