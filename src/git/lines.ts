import type { Commit } from "./commits.ts";

/** A place where history ends, in the order in which they are to be preferred. */
export interface Tip {
  readonly ref: string | null;
  readonly id: string;
}

/**
 * To which ref each commit belongs: the first one whose own line, by first parents, it is in, else the first that leads to
 * it at all. Commits that no tip leads to are left out.
 */
export function refsOf(commits: readonly Commit[], tips: readonly Tip[]): ReadonlyMap<string, string | null> {
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  const owners = new Map<string, string | null>();
  for (const parentsOf of [(commit: Commit) => commit.parents.slice(0, 1), (commit: Commit) => commit.parents]) {
    const seen = new Set<string>();
    for (const { ref, id } of tips) {
      const open = [id];
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        const commit = byId.get(at);
        if (commit === undefined || seen.has(at)) continue;
        seen.add(at);
        if (!owners.has(at)) owners.set(at, ref);
        open.push(...parentsOf(commit));
      }
    }
  }
  return owners;
}

/**
 * Oldest first and no commit before its parents. Those of one second go in the order that `rank` gives.
 *
 * @param rank by id, smaller is earlier; what has none comes in the order given
 */
export function oldestFirst(commits: readonly Commit[], rank: ReadonlyMap<string, number>): readonly Commit[] {
  const rankOf = ({ id }: Commit) => rank.get(id) ?? Infinity;
  const wanted = commits.toReversed().map((commit, index) => ({ commit, index })).sort((a, b) =>
    a.commit.committedAt - b.commit.committedAt || compare(rankOf(a.commit), rankOf(b.commit)) || a.index - b.index
  );
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  const done = new Set<string>();
  const ordered: Commit[] = [];
  for (const { commit } of wanted) {
    const open = [commit];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const parents = top.parents.flatMap((id) => done.has(id) ? [] : byId.get(id) ?? []);
      if (parents.length > 0) {
        open.push(...parents.toReversed());
        continue;
      }
      open.pop();
      if (done.has(top.id)) continue;
      done.add(top.id);
      ordered.push(top);
    }
  }
  return ordered;
}

/** Of two numbers that may both be infinite. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
