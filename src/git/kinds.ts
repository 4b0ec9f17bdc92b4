import type { Commit } from "./commits.ts";
import { isMaking, isReplacing, type Step } from "./reflog.ts";
import type { GitEventKind } from "./repository_spec.ts";

/** What is known about how new commits came. */
export interface Evidence {
  /** Steps of HEAD and of local branches since the last look, by the commit that they led to. */
  readonly steps: ReadonlyMap<string, readonly Step[]>;
  /** Ids that a local branch or HEAD leads to. */
  readonly local: ReadonlyMap<string, string | null>;
  /** Ids that a remote-tracking branch leads to, other than by a push of ours; by their ref. */
  readonly fetched: ReadonlyMap<string, string | null>;
  /** Remote-tracking branches that have a reflog, so that a commit without a step of its own came from there. */
  readonly logged: ReadonlySet<string>;
  /** Commits that branches led to at the last look and do not any more. */
  readonly dropped: readonly Commit[];
}

/** What a new commit is. The reflog knows best; without one its likeness to a commit that was dropped decides. */
export function kindOf(commit: Commit, evidence: Evidence): Exclude<GitEventKind, "switch"> {
  const steps = evidence.steps.get(commit.id) ?? [];
  const made = steps.filter(isMaking);
  if (made.length === 0 && isFetched(commit, evidence)) return "fetch";
  if (made.some(isReplacing)) return "amend";
  if (made.length === 0 && evidence.dropped.some((old) => isLike(commit, old))) return "amend";
  return commit.parents.length > 1 ? "merge" : "commit";
}

function isFetched({ id }: Commit, { fetched, local, logged }: Evidence): boolean {
  const ref = fetched.get(id);
  return ref !== undefined && (!local.has(id) || (ref !== null && logged.has(ref)));
}

/** The same author at the same time, as amend and rebase leave it; or by the same author on the same parents. */
function isLike(commit: Commit, old: Commit): boolean {
  if (commit.email !== old.email) return false;
  const sameParents = commit.parents.length > 0 && commit.parents.join() === old.parents.join();
  return sameParents || (commit.author === old.author && commit.authoredAt === old.authoredAt);
}
