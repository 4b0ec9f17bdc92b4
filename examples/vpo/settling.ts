/** A file as a look into the inbox shows it. */
export interface Entry {
  /** Below the inbox. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Nanoseconds since the epoch, as text: too many digits for a number. */
  readonly mtime: string;
  readonly inode: string;
}

/** What makes a file another one: the same words for the same content in the same place. */
export function identityOf({ path, inode, mtime, size }: Entry): string {
  return `${path}:${inode}:${mtime}:${size}`;
}

/** Since when each file of the inbox is as it is; monotonic milliseconds by identity. */
export type Seen = ReadonlyMap<string, number>;

export interface Look {
  readonly entries: readonly Entry[];
  /** Monotonic milliseconds of the look. */
  readonly at: number;
  /** Milliseconds without change after which a file is at rest. */
  readonly settle: number;
}

/**
 * Compares a look into the inbox with those before it. A file's own times are no proof of rest: a copy that keeps them looks
 * old while it is still being written. So a file has to be looked at for as long as it has to rest, also one that came
 * while no daemon ran.
 *
 * @returns what the next look is to be compared with, and the files at rest
 */
export function observe(before: Seen, { entries, at, settle }: Look): { seen: Seen; settled: readonly Entry[] } {
  const seen = new Map(entries.map((entry) => [identityOf(entry), before.get(identityOf(entry)) ?? at]));
  const rests = (entry: Entry) => at - (seen.get(identityOf(entry)) ?? at) >= settle;
  return { seen, settled: entries.filter(rests) };
}
