import { type Commit, commitsIn, countIn, outside, type Range } from "./commits.ts";
import type { Git } from "./git.ts";
import type { Tip } from "./lines.ts";
import type { Moves } from "./moves.ts";

/** Where new commits may be. */
export interface Search {
  /** Where branches stand, and stood in between. */
  readonly tips: readonly Tip[];
  readonly moves: Moves;
  /** Where branches that are new were made, as far as reflogs know. */
  readonly starts: ReadonlyMap<string, string>;
  readonly most: number;
  /** Only these count, and all others are history. */
  readonly only?: ReadonlySet<string>;
}

/** The newest commits that are new to the branches that are meant, newest first; `skipped` are more than `most`. */
export async function newCommits(
  git: Git,
  search: Search,
): Promise<{ readonly commits: readonly Commit[]; readonly skipped: number }> {
  const { only } = search;
  const most = Math.max(search.most, only?.size ?? 0);
  const byId = new Map<string, Commit>();
  let unread = 0;
  for (const range of await rangesOf(git, search)) {
    const found = await commitsIn(git, range, most);
    if (only === undefined && found.length >= most) unread += Math.max(0, await countIn(git, range) - found.length);
    for (const commit of found) byId.set(commit.id, commit);
  }
  const all = [...byId.values()].filter(({ id }) => only?.has(id) ?? true);
  if (all.length <= search.most) return { commits: all, skipped: unread };
  const newest = all.toSorted((a, b) => b.committedAt - a.committedAt).slice(0, search.most);
  return { commits: newest, skipped: unread + all.length - search.most };
}

/**
 * Branches that were there at the last look are continued from what was told. One that is new begins where it was made,
 * if that was nothing new: on what the repository had at the last look, or on a branch that does not count. Where that is
 * not known, it begins with all that there was.
 */
async function rangesOf(git: Git, { tips, moves, starts }: Search): Promise<readonly Range[]> {
  const { told, known, elsewhere } = moves;
  const isNew = ({ ref }: Tip) => ref !== null && moves.isChosen && !moves.stood.has(ref);
  const fresh = tips.filter(isNew);
  const begun = [...new Set(fresh.flatMap(({ ref }) => starts.get(ref ?? "") ?? []))];
  const strange = new Set(await outside(git, { from: begun, without: [...known, ...elsewhere] }));
  const startOf = ({ ref }: Tip) => {
    const start = starts.get(ref ?? "");
    return start === undefined || strange.has(start) ? undefined : start;
  };
  const ranges = [...Map.groupBy(fresh, startOf)].map(([start, own]): Range => ({
    from: idsOf(own),
    without: [...told, ...(start === undefined ? known : [start])],
  }));
  const old = idsOf(tips.filter((tip) => !isNew(tip)));
  return old.length === 0 ? ranges : [{ from: old, without: told }, ...ranges];
}

function idsOf(tips: readonly Tip[]): readonly string[] {
  return [...new Set(tips.map(({ id }) => id))];
}
