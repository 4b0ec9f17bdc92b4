import type { Git } from "./git.ts";
import type { Tip } from "./lines.ts";
import type { Move, Moves } from "./moves.ts";
import {
  branchBefore,
  isMaking,
  placeIn,
  readReflog,
  rebasing,
  sinceId,
  sincePlace,
  startIn,
  type Step,
} from "./reflog.ts";
import { LOCAL } from "./refs.ts";
import type { Head, KnownRefs } from "./repository_spec.ts";

/** What the reflogs tell of the time since the last look. Empty where there are none. */
export interface Steps {
  /** Of HEAD and of local branches, by the commit that they led to. */
  readonly byId: ReadonlyMap<string, readonly Step[]>;
  /** The order in which commits came, by id. */
  readonly rank: ReadonlyMap<string, number>;
  /** Where branches, and HEAD, stood in between: commits that were amended or thrown away before anybody looked. */
  readonly between: readonly Tip[];
  /** The branch that a commit was made on, by id. */
  readonly makers: ReadonlyMap<string, string>;
  /** Where branches that are new were made, by name. */
  readonly starts: ReadonlyMap<string, string>;
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

/** @param now where HEAD is */
export async function readHeadSteps(git: Git, known: KnownRefs, now: Head): Promise<HeadSteps> {
  const newest = await readReflog(git, "HEAD");
  const steps = sincePlace(newest, known.place) ?? sinceId(newest, known.head.id);
  const refs = refsDuring(steps, now.ref);
  let isRebasing = false;
  const made = steps.flatMap((step, at): readonly Tip[] => {
    isRebasing = rebasing(step.message) === undefined ? isRebasing : rebasing(step.message) === "start";
    return isRebasing || !isMaking(step) ? [] : [{ ref: refs[at] ?? null, id: step.id }];
  });
  return { steps, made, place: placeIn(newest) };
}

/** On which branch HEAD was at each step. A switch says for certain only where it came from, so this goes backwards. */
function refsDuring(steps: readonly Step[], last: string | null): readonly (string | null)[] {
  let ref = last;
  return steps.toReversed().map(({ message }) => {
    const during = ref;
    const before = branchBefore(message);
    if (before !== undefined) ref = before === null ? null : `${LOCAL}${before}`;
    return during;
  }).reverse();
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
  const makers = new Map(between.flatMap(({ ref, id }) => ref === null ? [] : [[id, ref]]));
  const starts = new Map<string, string>();
  const others = moves.local.filter((move) => move.from === undefined || !isToldBy(head, move)).slice(0, MOST);
  for (const { ref, from } of others) {
    const newest = await readReflog(git, ref);
    const start = from ?? startIn(newest)?.id;
    const steps = from === undefined ? sinceStart(newest) : sinceId(newest, from);
    if (from === undefined && start !== undefined) starts.set(ref, start);
    note(steps);
    between.push(...steps.map(({ id }): Tip => ({ ref, id })));
    for (const step of steps) if (isMaking(step) && !makers.has(step.id)) makers.set(step.id, ref);
  }
  return { byId, rank, between, makers, starts, ...await remoteSteps(git, moves) };
}

/** What came to a new branch after it was made, oldest first. */
function sinceStart(newest: readonly Step[]): readonly Step[] {
  const start = startIn(newest);
  return start === undefined ? [] : newest.slice(0, newest.indexOf(start)).toReversed();
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
