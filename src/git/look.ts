import { touching } from "./changed_paths.ts";
import { type Commit, commitsIn, outside, readCommit } from "./commits.ts";
import type { Git } from "./git.ts";
import { matcher, pathMatcher } from "./globs.ts";
import { type Evidence, kindOf } from "./kinds.ts";
import { oldestFirst, refsOf, type Tip } from "./lines.ts";
import { isStill, type Moves, movesOf } from "./moves.ts";
import { newCommits, type Search } from "./ranges.ts";
import { existing, readRefs, type RefsNow, shortName } from "./refs.ts";
import type { GitEvent, KnownRefs, RepositorySpec } from "./repository_spec.ts";
import { placeAt, placeIn, readReflog } from "./reflog.ts";
import { type HeadSteps, readHeadSteps, readSteps, type Steps } from "./steps.ts";

/** What one look needs. */
export interface LookInput {
  readonly spec: RepositorySpec;
  readonly git: Git;
  /** Undefined: it was never looked at; then nothing is news. */
  readonly known: KnownRefs | undefined;
  /** HEAD is somewhere only for a while: a rebase, or a bisection. */
  readonly isUnderway: boolean;
  /** When HEAD was last written, milliseconds since the epoch. */
  readonly headAt: number;
  /** When it was last seen to be missing, milliseconds since the epoch; undefined: never while it is watched. */
  readonly missingAt: number | undefined;
}

/** What one look found. */
export interface LookResult {
  /** Oldest first. */
  readonly events: readonly GitEvent[];
  /** What is known once the events are told. */
  readonly known: KnownRefs;
  /** Older commits that are not told, because there are more than `maxCommits`. */
  readonly skipped: number;
  /** HEAD as it is. */
  readonly head: RefsNow["head"];
  /** Nothing of what was known is there: it is another repository, and its history is no news. */
  readonly isOther: boolean;
}

type Looking = LookInput & { readonly known: KnownRefs };

/** Entries of a reflog that tell a place in it. */
const PLACE_OF = 3;
/** Ids of left places that are kept. */
const MAX_PAST = 500;
/** Commits among which one is looked for that a new one took the place of. */
const MAX_DROPPED = 1000;

/** Looks at the repository and finds what is new since `known`. @throws GitError */
export async function look(input: LookInput): Promise<LookResult> {
  const { git, known, spec } = input;
  const real = await readRefs(git);
  if (known === undefined) return await firstLook(input, real);
  const now = input.isUnderway ? { ...real, head: known.head } : real;
  const looking = { ...input, known };
  const moves = movesOf(known, now, spec.branches);
  const head = await readHeadSteps(git, known, now.head);
  const isQuiet = isStill(moves) && head.made.length === 0;
  const found = isQuiet ? NOTHING : await findNews(looking, moves, head);
  if (await isOther(git, moves, found)) return { ...await firstLook(input, real), isOther: true };
  const past = await pastOf(looking, { now, moves, found });
  const switched = await switchOf(looking, now.head);
  return {
    events: [...switched, ...found.events],
    known: { head: now.head, refs: now.refs, past, place: input.isUnderway ? known.place : head.place },
    skipped: found.skipped,
    head: real.head,
    isOther: false,
  };
}

/** What it has is history, except for commits that were made in it since it was seen to be missing. */
async function firstLook(input: LookInput, real: RefsNow): Promise<LookResult> {
  const { git, missingAt, spec } = input;
  const newest = await readReflog(git, "HEAD", missingAt === undefined ? PLACE_OF : undefined);
  const known: KnownRefs = { ...real, past: [], place: placeIn(newest) };
  const result = { events: [], known, skipped: 0, head: real.head, isOther: false };
  if (missingAt === undefined) return result;
  const nothing: KnownRefs = { head: { ref: null, id: null }, refs: {}, past: [], place: placeAt(newest, missingAt) };
  const head = await readHeadSteps(git, nothing, real.head);
  if (head.made.length === 0) return result;
  const only = new Set(head.made.map(({ id }) => id));
  const moves = movesOf(nothing, real, spec.branches);
  const { events, skipped } = await findNews({ ...input, known: nothing }, moves, { ...head, only });
  return { ...result, events, skipped };
}

/** Whether the new commits continue nothing that was known, because that is not there any more. */
async function isOther(git: Git, { known }: Moves, { commits }: News): Promise<boolean> {
  const before = new Set(known);
  if (commits.length === 0 || commits.some(({ parents }) => parents.some((id) => before.has(id)))) return false;
  return known.length > 0 && (await existing(git, known)).size === 0;
}

interface News {
  readonly events: readonly GitEvent[];
  readonly skipped: number;
  readonly commits: readonly Commit[];
  readonly between: readonly Tip[];
}

const NOTHING: News = { events: [], skipped: 0, commits: [], between: [] };

async function findNews(
  input: Looking,
  moves: Moves,
  { only, ...head }: HeadSteps & Pick<Search, "only">,
): Promise<News> {
  const { git, spec } = input;
  const steps = await readSteps(git, { head, moves, isMeant: (ref) => isMeant(spec, ref) });
  const { between } = steps;
  const tips = tipsOf(moves, between);
  const search = { tips: tips.all, moves, starts: steps.starts, most: spec.maxCommits };
  const { commits, skipped } = await newCommits(git, only === undefined ? search : { ...search, only });
  if (commits.length === 0) return { ...NOTHING, between };
  const evidence: Evidence = {
    steps: steps.byId,
    local: refsOf(commits, tips.local),
    fetched: refsOf(commits, tips.remote.filter(({ ref }) => ref === null || !steps.pushed.has(ref))),
    logged: steps.logged,
    dropped: await droppedBy(git, { moves, commits, tips: [...new Set(tips.all.map(({ id }) => id))] }),
  };
  const owners = new Map([...refsOf(commits, tips.all), ...steps.makers]);
  const events = await eventsOf(input, { moves, commits, steps, evidence, owners });
  const [first, ...rest] = events;
  const told = first === undefined || skipped === 0 ? events : [{ ...first, skipped }, ...rest];
  return { events: told, skipped, commits, between };
}

function tipsOf({ local, remote, detached }: Moves, between: readonly Tip[]) {
  const locals: Tip[] = [
    ...local.map(({ ref, to }) => ({ ref, id: to })),
    ...between.filter(({ ref }) => ref !== null),
    ...(detached === undefined ? [] : [{ ref: null, id: detached }]),
    ...between.filter(({ ref }) => ref === null),
  ];
  const remotes = remote.map(({ ref, to }): Tip => ({ ref, id: to }));
  return { local: locals, remote: remotes, all: [...locals, ...remotes] };
}

interface Material {
  readonly moves: Moves;
  readonly commits: readonly Commit[];
  readonly steps: Steps;
  readonly evidence: Evidence;
  readonly owners: ReadonlyMap<string, string | null>;
}

async function eventsOf({ spec, git }: Looking, material: Material): Promise<readonly GitEvent[]> {
  const { commits, steps, evidence, owners, moves } = material;
  const touched = spec.paths === undefined ? undefined : await touching(git, commits, pathMatcher(spec.paths));
  const olds = new Map([...moves.local, ...moves.remote].map(({ ref, from }) => [ref, from]));
  return oldestFirst(commits, steps.rank).flatMap((commit): GitEvent[] => {
    const kind = kindOf(commit, evidence);
    if (!spec.events.includes(kind) || touched?.has(commit.id) === false) return [];
    const ref = (kind === "fetch" ? evidence.fetched : owners).get(commit.id) ?? null;
    const oldId = (ref === null ? undefined : olds.get(ref)) ?? null;
    return [{ ...partOf(spec, commit), kind, branch: ref === null ? null : shortName(ref), from: null, oldId }];
  });
}

/** What an event says of the repository and of the commit. */
function partOf({ name, path, project }: RepositorySpec, commit: Commit) {
  const { id, author, email, subject, committedAt } = commit;
  const at = committedAt * 1000;
  return { repository: name, path, project: project ?? null, newId: id, author, email, subject, at };
}

/** Whether what happens on a branch counts; without a branch, only where none are named. */
function isMeant({ branches }: RepositorySpec, ref: string | null): boolean {
  return branches === undefined || (ref !== null && matcher(branches)(shortName(ref)));
}

/** Commits that the new ones may have taken the place of. */
async function droppedBy(
  git: Git,
  { moves, commits, tips }: { moves: Moves; commits: readonly Commit[]; tips: readonly string[] },
): Promise<readonly Commit[]> {
  const continued = new Set(commits.flatMap(({ parents }) => parents));
  const left = [...moves.local, ...moves.remote].flatMap(({ from }) =>
    from === undefined || continued.has(from) ? [] : [from]
  );
  return await commitsIn(git, { from: [...new Set(left)], without: tips }, MAX_DROPPED);
}

/** The left places that nothing leads to any more, with those that were known before. */
async function pastOf(
  { git, known }: Looking,
  { now, moves, found }: { now: RefsNow; moves: Moves; found: News },
): Promise<readonly string[]> {
  const current = new Set([...Object.values(now.refs), ...(now.head.id === null ? [] : [now.head.id])]);
  const reached = refsOf(found.commits, [...current].map((id) => ({ ref: null, id })));
  const inside = new Set(found.commits.flatMap(({ id, parents }) => reached.has(id) ? [id, ...parents] : []));
  const left = [...moves.left, ...found.between.map(({ id }) => id)]
    .filter((id) => !current.has(id) && !inside.has(id) && !known.past.includes(id));
  const without = [...current];
  const past = [...known.past, ...await outside(git, { from: [...new Set(left)], without })];
  if (past.length <= MAX_PAST) return past;
  return (await outside(git, { from: past, without })).slice(-MAX_PAST);
}

/** HEAD went to another branch, or to a commit without one. */
async function switchOf({ git, spec, known, headAt }: Looking, head: RefsNow["head"]): Promise<readonly GitEvent[]> {
  if (!spec.events.includes("switch") || head.ref === known.head.ref || head.id === null) return [];
  const [branch, from] = [head.ref, known.head.ref].map((ref) => ref === null ? null : shortName(ref));
  if (!isMeant(spec, head.ref)) return [];
  const commit = await readCommit(git, head.id);
  const switched = { kind: "switch", branch: branch ?? null, from: from ?? null, oldId: known.head.id } as const;
  return [{ ...partOf(spec, commit), ...switched, at: headAt }];
}
