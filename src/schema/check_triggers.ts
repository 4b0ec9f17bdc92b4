import { familyIn, instancesOf } from "./check_names.ts";
import { type CycleNode, cyclesIn, trailText } from "./cycles.ts";
import type { CheckedElement, Elements } from "./document_check.ts";
import { type EventTrigger, triggerText } from "../base/event_trigger.ts";
import type { Path, Reading } from "./kind.ts";
import { hintForMissing, type KnownNames, namesOf, programNoun } from "./known_names.ts";
import type { JobSettings } from "./settings_job.ts";
import type { RepositorySettings } from "./settings_repository.ts";

/** One event of one job and where that stands. */
interface Placed {
  readonly job: string;
  readonly trigger: EventTrigger;
  readonly path: Path;
  /** All events of the job, as text. */
  readonly all: ReadonlySet<string>;
}

/** What makes jobs run has to exist, and no row of jobs may make each other run for ever. */
export function checkTriggers(elements: Elements, reading: Reading): void {
  const jobs = elements("job");
  const programs = elements("program");
  const placed = jobs.flatMap(triggersOf);
  const known = {
    git: namesOf(elements("repository")),
    job: namesOf(jobs),
    program: programNames(programs),
  };
  for (const each of placed) {
    checkTarget(each, { known, programs, reading });
    warnOfCovered(each, reading);
  }
  for (const { trail, path } of cyclesIn(graphOf(placed))) {
    reading.flaw(`closes a circle: ${trailText(trail.toReversed())}`, {
      path,
      hint: "every run would make the next one run: take one of these events out",
    });
  }
  checkRepositoryJobs(elements("repository"), { known: known.job, reading });
}

/** Programs by their name, and by those of their instances. */
function programNames(elements: readonly CheckedElement[]): KnownNames {
  const plain = namesOf(elements);
  const counts = instancesOf(elements);
  return { ...plain, lacks: (name) => plain.lacks(name) && familyIn(counts, name) === undefined };
}

function triggersOf({ raw, value }: CheckedElement, index: number): Placed[] {
  const job = value as JobSettings | undefined;
  const all = new Set((job?.on ?? []).map(triggerText));
  return (job?.on ?? []).map((trigger, position) => ({
    job: job?.name ?? "",
    trigger,
    all,
    path: ["job", index, "on", ...(Array.isArray(raw.on) ? [position] : [])],
  }));
}

/** What a trigger is about. */
function targetOf(
  trigger: EventTrigger,
): { readonly kind: "git" | "program" | "job"; readonly name: string } | undefined {
  if (trigger.kind === "git") return { kind: trigger.kind, name: trigger.repository };
  if (trigger.kind === "program") return { kind: trigger.kind, name: trigger.program };
  return trigger.kind === "job" ? { kind: trigger.kind, name: trigger.job } : undefined;
}

const SECTIONS = { git: "repository", program: "program", job: "job" } as const;

function checkTarget(
  { job, trigger, path }: Placed,
  { known, programs, reading }: {
    readonly known: Readonly<Record<"git" | "program" | "job", KnownNames>>;
    readonly programs: readonly CheckedElement[];
    readonly reading: Reading;
  },
): void {
  const target = targetOf(trigger);
  if (target === undefined) return;
  const { kind, name } = target;
  if (kind === "job" && name === job) {
    return reading.flaw(`is "${triggerText(trigger)}", the end of a run of the job itself`, {
      path,
      hint: "to try again after a failure: retries = 3; to run again and again: every",
    });
  }
  if (!known[kind].lacks(name)) return;
  const near = known[kind].near(name, kind === "job" ? job : undefined);
  const section = SECTIONS[kind];
  const own = kind === "program" ? programs : [];
  const noun = kind === "program" ? programNoun(programs) : section;
  reading.flaw(`names "${name}", and no ${noun} has this name`, {
    path,
    hint: hintForMissing(name, { section, near, own }),
  });
}

/** `any` says what the other words say, too. */
function warnOfCovered({ trigger, path, all }: Placed, reading: Reading): void {
  const target = targetOf(trigger);
  if (target === undefined || target.kind === "git") return;
  const any = `${target.kind}:${target.name}:any`;
  if (triggerText(trigger) === any || !all.has(any)) return;
  reading.warn(`is "${triggerText(trigger)}", which "${any}" says too`, { path, hint: "take it out" });
}

/** Jobs, each leading to those whose end makes it run. */
function graphOf(placed: readonly Placed[]): ReadonlyMap<string, CycleNode> {
  const edges = new Map<string, { name: string; path: Path }[]>();
  for (const { job, trigger, path } of placed) {
    if (trigger.kind !== "job") continue;
    const own = edges.get(job) ?? [];
    own.push({ name: trigger.job, path });
    edges.set(job, own);
  }
  return new Map([...edges].map(([name, own]) => [name, { name, edges: own }]));
}

function checkRepositoryJobs(
  elements: readonly CheckedElement[],
  { known, reading }: { readonly known: KnownNames; readonly reading: Reading },
): void {
  for (const [index, { raw, value }] of elements.entries()) {
    const repository = value as RepositorySettings | undefined;
    for (const [position, name] of (repository?.job ?? []).entries()) {
      if (!known.lacks(name)) continue;
      const near = known.near(name);
      reading.flaw(`is "${name}", and no job has this name`, {
        path: ["repository", index, "job", ...(Array.isArray(raw.job) ? [position] : [])],
        hint: near === undefined ? `add a [[job]] with name = "${name}"` : `did you mean "${near}"?`,
      });
    }
  }
}
