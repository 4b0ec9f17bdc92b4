import type { Git } from "./git.ts";
import type { Tip } from "./lines.ts";
import type { Move, Moves } from "./moves.ts";
import { isMaking, placeIn, readReflog, rebasing, sinceId, sincePlace, type Step, switchTo } from "./reflog.ts";
import { LOCAL } from "./refs.ts";
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

/** What HEAD's own reflog tells. */
export interface HeadSteps {
  readonly steps: readonly Step[];
  /** Commits that were made on the way, by the branch that HEAD was on. */
  readonly made: readonly Tip[];
  /** How far the reflog was read, for the next time. */
  readonly place: string;
}

/** Branches of each side whose reflogs are read in one look. */
const MOST = 10;

/** @param refs of all branches that there are or were */
export async function readHeadSteps(git: Git, known: KnownRefs, refs: Iterable<string>): Promise<HeadSteps> {
  const newest = await readReflog(git, "HEAD");
  const steps = sincePlace(newest, known.place) ?? sinceId(newest, known.head.id);
  const branches = new Set(refs);
  const made: Tip[] = [];
  let ref = known.head.ref;
  let isRebasing = false;
  for (const step of steps) {
    isRebasing = rebasing(step.message) === undefined ? isRebasing : rebasing(step.message) === "start";
    const to = switchTo(step.message);
    if (to !== undefined) ref = branches.has(`${LOCAL}${to}`) ? `${LOCAL}${to}` : null;
    if (!isRebasing && isMaking(step)) made.push({ ref, id: step.id });
  }
  return { steps, made, place: placeIn(newest) };
}

/** @param isMeant whether commits on a branch count; null: on none */
export async function readSteps(
  git: Git,
  { head, moves, isMeant }: { head: HeadSteps; moves: Moves; isMeant: (ref: string | null) => boolean },
): Promise<Steps> {
  const byId = new Map<string, Step[]>();
  const rank = new Map<string, number>();
  const note = (steps: readonly Step[]) => {
    for (const step of steps) {
      byId.set(step.id, [...byId.get(step.id) ?? [], step]);
      if (!rank.has(step.id)) rank.set(step.id, rank.size);
    }
  };
  note(head.steps);
  const between = head.made.filter(({ ref }) => isMeant(ref));
  const others = moves.local.filter((move) => !isToldBy(head, move)).slice(0, MOST);
  for (const { ref, from } of others) {
    // A branch that is new to us may be an old one under a new name, with all that was thrown away in its time.
    const steps = from === undefined ? [] : sinceId(await readReflog(git, ref), from);
    note(steps);
    between.push(...steps.map(({ id }): Tip => ({ ref, id })));
  }
  return { byId, rank, between, ...await remoteSteps(git, moves) };
}

/** HEAD was on that branch when it moved: its own reflog says nothing more. */
function isToldBy({ made }: HeadSteps, { ref, to }: Move): boolean {
  return made.some((tip) => tip.ref === ref && tip.id === to);
}

async function remoteSteps(git: Git, { remote }: Moves): Promise<Pick<Steps, "logged" | "pushed">> {
  const logged = new Set<string>();
  const pushed = new Set<string>();
  for (const { ref, to } of remote.slice(0, MOST)) {
    const [last] = await readReflog(git, ref, 1);
    if (last?.id !== to) continue;
    logged.add(ref);
    if (last.message === "update by push") pushed.add(ref);
  }
  return { logged, pushed };
}
