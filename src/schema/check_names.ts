import { instanceIn } from "../base/instance_name.ts";
import type { CheckedElement, Elements } from "./document_check.ts";
import type { Reading } from "./kind.ts";
import { type KnownNames, namesOf, programNoun } from "./known_names.ts";
import type { NotificationSettings } from "./settings_notify.ts";
import type { ProgramSettings } from "./settings_program.ts";

/**
 * A job must not be called as a program is, none of both as an instance of a program is, and notifications name programs
 * and jobs that exist.
 */
export function checkNames(elements: Elements, reading: Reading): void {
  const programs = namesOf(elements("program"));
  const counts = instancesOf(elements("program"));
  const jobs = ofFile(elements("job"));
  checkInstances("program", ofFile(elements("program")), { counts, reading });
  checkInstances("job", jobs, { counts, reading });
  for (const [index, name] of jobs.entries()) {
    if (name === "" || !programs.has(name)) continue;
    reading.flaw(`is "${name}", and a program has this name`, {
      path: ["job", index, "name"],
      hint: "give it another name: logs and events go by it",
    });
  }
  const noun = programNoun(elements("program"));
  checkNotifications(elements("notify"), { programs, jobs: namesOf(elements("job")), noun, reading });
}

/** By their place. The app's own are judged with their settings. */
function ofFile(elements: readonly CheckedElement[]): string[] {
  return elements.filter(({ own }) => !own).map(({ raw }) => typeof raw.name === "string" ? raw.name : "");
}

/** How many instances programs have, by name. */
export function instancesOf(elements: readonly CheckedElement[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { value } of elements) {
    const program = value as ProgramSettings | undefined;
    if (program?.instances !== undefined) counts.set(program.name, program.instances);
  }
  return counts;
}

/** The program that `name` is an instance of; undefined when it is none. */
export function familyIn(counts: ReadonlyMap<string, number>, name: string): string | undefined {
  const instance = instanceIn(name);
  return instance && instance.number <= (counts.get(instance.family) ?? 0) ? instance.family : undefined;
}

function checkInstances(
  section: "program" | "job",
  names: readonly string[],
  { counts, reading }: { readonly counts: ReadonlyMap<string, number>; readonly reading: Reading },
): void {
  for (const [index, name] of names.entries()) {
    const family = familyIn(counts, name);
    if (family === undefined) continue;
    reading.flaw(`is "${name}", the name of an instance of "${family}"`, {
      path: [section, index, "name"],
      hint: "give it another name",
    });
  }
}

interface Known {
  readonly programs: KnownNames;
  readonly jobs: KnownNames;
  /** What a program is called here. */
  readonly noun: string;
  readonly reading: Reading;
}

function checkNotifications(elements: readonly CheckedElement[], { programs, jobs, noun, reading }: Known): void {
  for (const [index, { value }] of elements.entries()) {
    const given = value as NotificationSettings | undefined;
    const at = (key: string) => ({ path: ["notify", index, key], reading });
    const isAlone = given?.programs === undefined || given.jobs === undefined;
    checkNamed(given?.programs, { ...at("programs"), isAlone, what: "program", noun, known: programs, others: jobs });
    checkNamed(given?.jobs, { ...at("jobs"), isAlone, what: "job", noun: "job", known: jobs, others: programs });
  }
}

interface Named {
  readonly what: "program" | "job";
  readonly noun: string;
  readonly known: KnownNames;
  /** Names of the other kind. */
  readonly others: KnownNames;
  /** Those of the other kind are not listed too: without this list everything is told. */
  readonly isAlone: boolean;
  readonly path: readonly (string | number)[];
  readonly reading: Reading;
}

function checkNamed(names: readonly string[] | undefined, named: Named): void {
  const { noun, known, path, reading } = named;
  for (const [position, name] of names?.entries() ?? []) {
    if (!known.lacks(name)) continue;
    reading.flaw(`is "${name}", and no ${noun} has this name`, {
      path: [...path, position],
      hint: hintFor(name, named),
    });
  }
}

function hintFor(name: string, { what, known, others, isAlone }: Named): string {
  const other = what === "program" ? "job" : "program";
  if (others.has(name)) return `a ${other} has it: write ${other}s = ["${name}"]`;
  const near = known.near(name);
  if (near !== undefined) return `did you mean "${near}"?`;
  return isAlone ? `leave ${what}s out for all of them` : `add a [[${what}]] with name = "${name}"`;
}
