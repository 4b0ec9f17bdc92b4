import { nearest } from "../base/nearest.ts";

/** Names that something can be meant by. */
export interface KnownNames {
  has(name: string): boolean;
  /** The name that was probably meant, unless it is `not`. */
  near(name: string, not?: string): string | undefined;
}

/** So many problems get a nearest name. A message shows fewer, and a comparison with thousands of names takes its time. */
const MOST_NEAR = 50;

/** A set of names to look in. */
export function knownNames(names: Iterable<string>): KnownNames {
  const known = new Set(names);
  let asked = 0;
  return {
    has: (name) => known.has(name),
    near(name, not) {
      if (asked++ >= MOST_NEAR) return undefined;
      return nearest(name, [...known].filter((each) => each !== not));
    },
  };
}
