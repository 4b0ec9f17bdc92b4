/**
 * The conformance room owns the list of what a daemon of this family promises, and tries it on a compiled binary from the
 * outside: by its command line, its files, signals and HTTP. It never imports the daemon, and uses nothing that an operator
 * could not use.
 */
import type { Subject } from "./subject.ts";

/** The parts of the contract. */
export const SECTIONS = [
  "cli",
  "life",
  "instance",
  "config",
  "signals",
  "logs",
  "http",
  "programs",
  "jobs",
  "services",
] as const;
export type Section = typeof SECTIONS[number];

/** One promise. */
export interface Check {
  /** `section.what`, for `--only`. */
  readonly id: `${Section}.${string}`;
  /** What holds, in one sentence without a final period. */
  readonly says: string;
  /** Where it is promised: a man page, an RFC, the document of a standard. */
  readonly source?: string;
  /** Returns when it holds; throws the observation that speaks against it. The subject is fresh, and cleaned up after. */
  run(subject: Subject): Promise<void>;
}

/** An observation that speaks against a promise. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** @throws Violation with `observation` unless `holds` */
export function expect(holds: boolean, observation: string): asserts holds {
  if (!holds) throw new Violation(observation);
}

/** @throws Violation naming both values unless they are the same, compared as JSON */
export function same<T>(what: string, actual: T, wanted: T): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(wanted)];
  expect(is === should, `${what}: ${clip(is ?? "undefined")}, expected ${clip(should ?? "undefined")}`);
}

/** @throws Violation with the text unless it has the pattern in it */
export function matches(what: string, text: string, pattern: RegExp): void {
  expect(pattern.test(text), `${what}: ${clip(JSON.stringify(text))} does not have ${pattern}`);
}

const LONGEST = 400;

function clip(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
