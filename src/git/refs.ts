import { type Git, GitError, textOf } from "./git.ts";
import type { Head } from "./repository_spec.ts";

/** All branches and HEAD, as they are now. */
export interface RefsNow {
  readonly head: Head;
  /** Ids by full name: `refs/heads/…`, `refs/remotes/…`. Symbolic ones such as `origin/HEAD` are left out. */
  readonly refs: Readonly<Record<string, string>>;
}

export const LOCAL = "refs/heads/";
export const REMOTE = "refs/remotes/";

const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** @throws GitError */
export async function readRefs(git: Git): Promise<RefsNow> {
  const head = await readHead(git);
  const format = "--format=%(objectname)%00%(symref)%00%(refname)";
  const answer = await git({ args: ["for-each-ref", format, LOCAL, REMOTE] });
  const refs: Record<string, string> = {};
  for (const line of textOf(answer).split("\n")) {
    const [id = "", symbolic, name] = line.split("\0");
    if (name !== undefined && symbolic === "" && ID.test(id)) refs[name] = id;
  }
  return { head: head.ref === null ? head : { ref: head.ref, id: refs[head.ref] ?? null }, refs };
}

async function readHead(git: Git): Promise<Head> {
  const symbolic = await git({ args: ["symbolic-ref", "--quiet", "HEAD"], codes: [0, 1] });
  if (symbolic.code === 0) return { ref: textOf(symbolic), id: null };
  const id = textOf(await git({ args: ["rev-parse", "--verify", "HEAD^{commit}"] }));
  if (!ID.test(id)) throw new GitError("HEAD leads to no commit");
  return { ref: null, id };
}

/** `main` of `refs/heads/main`, `origin/main` of `refs/remotes/origin/main`. */
export function shortName(ref: string): string {
  return ref.startsWith(LOCAL) ? ref.slice(LOCAL.length) : ref.startsWith(REMOTE) ? ref.slice(REMOTE.length) : ref;
}

/** Which of some ids are there. */
export async function existing(git: Git, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const args = ["cat-file", "--batch-check=%(objectname) %(objecttype)"];
  const lines = textOf(await git({ args, input: `${ids.join("\n")}\n` })).split("\n");
  return new Set(lines.filter((line) => line.endsWith(" commit")).map((line) => line.split(" ")[0] ?? ""));
}
