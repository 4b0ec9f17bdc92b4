import { matcher } from "./globs.ts";
import { LOCAL, type RefsNow, REMOTE, shortName } from "./refs.ts";
import type { KnownRefs } from "./repository_spec.ts";

/** A branch that stands elsewhere than at the last look; `from` undefined: it is new. */
export interface Move {
  readonly ref: string;
  readonly from: string | undefined;
  readonly to: string;
}

/** What changed between two looks, of the branches that are meant. */
export interface Moves {
  /** The branch that HEAD is on first. */
  readonly local: readonly Move[];
  readonly remote: readonly Move[];
  /** A commit that HEAD stands on without a branch, when that is new. */
  readonly detached: string | undefined;
  /** Ids that branches, or HEAD without one, have left. */
  readonly left: readonly string[];
  /** Ids whose histories have been told. */
  readonly told: readonly string[];
  /** Ids of all that was there at the last look, meant or not. */
  readonly known: readonly string[];
  /** Ids where branches that are not meant stand now. */
  readonly elsewhere: readonly string[];
  /** Branches that are meant and that were there at the last look. */
  readonly stood: ReadonlySet<string>;
  /** Not every branch is meant. */
  readonly isChosen: boolean;
}

/** @param branches globs over short names; with some, a HEAD without a branch counts for nothing */
export function movesOf(known: KnownRefs, now: RefsNow, branches: readonly string[] | undefined): Moves {
  const isMeant = matcher(branches);
  const meant = (refs: Readonly<Record<string, string>>) =>
    new Map(Object.entries(refs).filter(([ref]) => isMeant(shortName(ref))));
  const [before, after] = [meant(known.refs), meant(now.refs)];
  const moved = [...after].flatMap(([ref, to]): Move[] => {
    const from = before.get(ref);
    return from === to ? [] : [{ ref, from, to }];
  });
  const [stood, stands] = [known, now].map(({ head }) =>
    branches === undefined && head.ref === null ? head.id ?? undefined : undefined
  );
  return {
    local: moved.filter(({ ref }) => ref.startsWith(LOCAL))
      .sort((a, b) => Number(b.ref === now.head.ref) - Number(a.ref === now.head.ref)),
    remote: moved.filter(({ ref }) => ref.startsWith(REMOTE)),
    detached: stands === stood ? undefined : stands,
    left: [
      ...[...before].flatMap(([ref, id]) => after.get(ref) === id ? [] : [id]),
      ...(stood === undefined || stood === stands ? [] : [stood]),
    ],
    told: [...new Set([...before.values(), ...(stood === undefined ? [] : [stood]), ...known.past])],
    known: [...new Set([...idsOf(known), ...known.past])],
    elsewhere: [...new Set(Object.entries(now.refs).flatMap(([ref, id]) => after.has(ref) ? [] : [id]))],
    stood: new Set(before.keys()),
    isChosen: branches !== undefined,
  };
}

function idsOf({ head, refs }: RefsNow): readonly string[] {
  return head.id === null ? Object.values(refs) : [head.id, ...Object.values(refs)];
}

/** Whether nothing moved at all. */
export function isStill({ local, remote, detached }: Moves): boolean {
  return local.length === 0 && remote.length === 0 && detached === undefined;
}
