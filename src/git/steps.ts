import type { Git } from "./git.ts";
import type { Tip } from "./lines.ts";
import type { Moves } from "./moves.ts";
import { isMaking, type Step, stepsSince } from "./reflog.ts";
import type { KnownRefs } from "./repository_spec.ts";

/** What the reflogs tell of the time since the last look. Empty where there are none. */
export interface Steps {
  /** Of HEAD and of local branches, by the commit that they led to. */
  readonly byId: ReadonlyMap<string, readonly Step[]>;
  /** The order in which commits came, by id. */
  readonly rank: ReadonlyMap<string, number>;
  /** Where branches, and HEAD, stood in between: commits that were amended or thrown away before anybody looked. */
  readonly between: readonly Tip[];
  /** Remote-tracking branches with a reflog. */
  readonly logged: ReadonlySet<string>;
  /** Those that last moved because we pushed. */
  readonly pushed: ReadonlySet<string>;
}

/** Branches of each side whose reflogs are read in one look. */
const MOST = 10;

/** @param everywhere also commits that were made on no branch count */
export async function readSteps(
  git: Git,
  { known, moves, everywhere }: { known: KnownRefs; moves: Moves; everywhere: boolean },
): Promise<Steps> {
  const byId = new Map<string, Step[]>();
  const rank = new Map<string, number>();
  const between: Tip[] = [];
  const note = (steps: readonly Step[]) => {
    for (const step of steps) {
      byId.set(step.id, [...byId.get(step.id) ?? [], step]);
      if (!rank.has(step.id)) rank.set(step.id, rank.size);
    }
  };
  if (moves.local.length > 0 || moves.detached !== undefined) {
    const steps = await stepsSince(git, "HEAD", known.head.id ?? undefined);
    note(steps);
    if (everywhere) between.push(...steps.filter(isMaking).map(({ id }): Tip => ({ ref: null, id })));
  }
  for (const { ref, from } of moves.local.slice(0, MOST)) {
    const steps = await stepsSince(git, ref, from);
    note(steps);
    // A branch that is new to us may be an old one under a new name, with all that was thrown away in its time.
    if (from !== undefined) between.unshift(...steps.map(({ id }): Tip => ({ ref, id })));
  }
  return { byId, rank, between, ...await remoteSteps(git, moves) };
}

async function remoteSteps(git: Git, { remote }: Moves): Promise<Pick<Steps, "logged" | "pushed">> {
  const logged = new Set<string>();
  const pushed = new Set<string>();
  for (const { ref, from } of remote.slice(0, MOST)) {
    const last = (await stepsSince(git, ref, from)).at(-1);
    if (last === undefined) continue;
    logged.add(ref);
    if (last.message === "update by push") pushed.add(ref);
  }
  return { logged, pushed };
}
