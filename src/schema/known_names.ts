import { nearest } from "../base/nearest.ts";
import type { CheckedElement } from "./document_check.ts";

/** Names that something can be meant by. */
export interface KnownNames {
  has(name: string): boolean;
  /** There is no such name for certain: none of those that are not known yet can be it. */
  lacks(name: string): boolean;
  /** The name that was probably meant, unless it is `not`. */
  near(name: string, not?: string): string | undefined;
}

/** So many problems get a nearest name. A message shows fewer, and a comparison with thousands of names takes its time. */
const MOST_NEAR = 50;

/** A set of names to look in; with `open` there are others, which are not known yet. */
export function knownNames(names: Iterable<string>, { open = false } = {}): KnownNames {
  const known = new Set(names);
  let asked = 0;
  return {
    has: (name) => known.has(name),
    lacks: (name) => !open && !known.has(name),
    near(name, not) {
      if (asked++ >= MOST_NEAR) return undefined;
      return nearest(name, [...known].filter((each) => each !== not));
    },
  };
}

/** What has the names of the tables that can be waited for: services of an app too, where it has some. */
export function programNoun(programs: readonly CheckedElement[]): "program" | "program or service" {
  return programs.some(({ own }) => own) ? "program or service" : "program";
}

/** What to do about a name that no table has: the nearest one, or a table of this name. */
export function hintForMissing(name: string, { section, near, own = [] }: Missing): string {
  if (near !== undefined) return `did you mean "${near}"?`;
  const services = own.flatMap(({ own, raw }) => own && typeof raw.name === "string" ? [raw.name] : []);
  const others = services.length === 0 ? "" : `; services: ${services.slice(0, MOST_SHOWN).join(", ")}`;
  return `add a [[${section}]] with name = "${name}"${others}`;
}

/** A name that no table has. */
interface Missing {
  readonly section: string;
  readonly near: string | undefined;
  /** Tables among which those of the app can be named too. */
  readonly own?: readonly CheckedElement[];
}

/** Most services that a hint names. */
const MOST_SHOWN = 10;

/** The names that tables have. */
export function namesOf(elements: readonly CheckedElement[]): KnownNames {
  const names = elements.flatMap(({ raw }) => typeof raw.name === "string" ? [raw.name] : []);
  return knownNames(names, { open: elements.some(({ own, raw }) => own && raw.name === undefined) });
}
