/** What the configuration says of one repository. */
export interface RepositorySpec {
  readonly name: string;
  /** Absolute: a work tree, a linked worktree, or a bare repository. */
  readonly path: string;
  readonly enabled: boolean;
  readonly project?: string;
  /** Globs over branch names, `origin/main` for a remote one; absent: all. */
  readonly branches?: readonly string[];
  /** Globs over the paths that a commit changes; absent: all. */
  readonly paths?: readonly string[];
  /** What counts: see {@link GitEventKind}. */
  readonly events: readonly GitEventKind[];
  /** Milliseconds between two looks when the kernel tells nothing. */
  readonly pollInterval: number;
  /** Most commits of one look that are told one by one. */
  readonly maxCommits: number;
}

/** `fetch`: a commit that came to a remote-tracking branch; `switch`: HEAD went to another branch. */
export const GIT_EVENT_KINDS = ["commit", "merge", "amend", "fetch", "switch"] as const;
export type GitEventKind = (typeof GIT_EVENT_KINDS)[number];

/** Something that happened in a repository. Texts come from the repository: never trusted, never printed raw. */
export interface GitEvent {
  readonly repository: string;
  readonly path: string;
  readonly project: string | null;
  readonly kind: GitEventKind;
  /** Short name: `main`, `origin/main`; null when HEAD is detached. */
  readonly branch: string | null;
  /** Of a switch: the branch before. */
  readonly from: string | null;
  /** Where the branch stood before the look; null for a new branch. */
  readonly oldId: string | null;
  /** The commit. */
  readonly newId: string;
  readonly author: string;
  readonly email: string;
  /** First line of the message. */
  readonly subject: string;
  /** When it was committed, milliseconds since the epoch; of a switch: when HEAD went there. */
  readonly at: number;
  /** On the first event of a look that found more commits than `maxCommits`: how many older ones are not told. */
  readonly skipped?: number;
}

/** What of a repository has been told already. Plain data: it is kept outside. */
export interface KnownRefs {
  readonly head: Head;
  /** Ids by full name of every local and remote-tracking branch. */
  readonly refs: Readonly<Record<string, string>>;
  /** Ids where branches stood once and nothing leads to any more, oldest first: what they hold is no news either. */
  readonly past: readonly string[];
  /** How far HEAD's reflog was read; empty without one. */
  readonly place: string;
}

/** Where HEAD stands: on a branch, by its full name, that may have no commit yet; or on a commit. */
export interface Head {
  readonly ref: string | null;
  readonly id: string | null;
}

/** Keeps what was told over restarts. */
export interface RepositoryMemory {
  load(repository: string): Promise<KnownRefs | undefined>;
  save(repository: string, known: KnownRefs): Promise<void>;
}
