import { levelsOf as levelsOfNames } from "../base/levels.ts";
import type { DependencyCondition, LifeSpec } from "./program_spec.ts";
import { lifeOf, type State, wordOf } from "./state.ts";

/** What a program shows to those who depend on it. */
export interface Dependency {
  readonly spec: Pick<LifeSpec, "name" | "family" | "dependsOn" | "restart">;
  readonly state: State;
  /** Code of the last exit; undefined when there is none. */
  readonly exitCode: number | undefined;
  /** False while the liveness probe fails. */
  readonly isLive: boolean;
}

/** The name that `depends_on` and commands know a program by: that of its section. */
export function familyOf(spec: Pick<LifeSpec, "name" | "family">): string {
  return spec.family?.name ?? spec.name;
}

const HOLDS: Readonly<Record<DependencyCondition, (on: Dependency) => boolean>> = {
  started: ({ state }) => lifeOf(state) !== undefined || state.kind === "exited",
  ready: ({ state }) => state.kind === "running" && state.ready,
  healthy: ({ state, isLive }) => state.kind === "running" && state.ready && isLive,
  completed: ({ state, exitCode }) => state.kind === "exited" && exitCode === 0,
};

const WORDS: Readonly<Record<DependencyCondition, string>> = {
  started: "to be started",
  ready: "to be ready",
  healthy: "to be healthy",
  completed: "to be completed",
};

/**
 * What a program waits for, one phrase each: `db to be ready (it is in backoff)`. A dependency with several instances is
 * there when all of them are.
 */
export function missingOf(spec: Pick<LifeSpec, "dependsOn">, programs: Iterable<Dependency>): string[] {
  const all = spec.dependsOn === undefined ? [] : [...programs];
  return Object.entries(spec.dependsOn ?? {}).flatMap(([name, condition]) => {
    const members = all.filter((one) => familyOf(one.spec) === name || one.spec.name === name);
    if (members.length === 0) return [`${name} ${WORDS[condition]} (there is no such program)`];
    return members.filter((one) => !HOLDS[condition](one)).map((one) =>
      `${one.spec.name} ${WORDS[condition]} (it is ${stateText(one)}${endlessText(one, condition)})`
    );
  });
}

function endlessText({ spec: { restart } }: Dependency, condition: DependencyCondition): string {
  return condition === "completed" && restart === "always" ? ", and begins again whenever it ends" : "";
}

function stateText({ state, exitCode }: Dependency): string {
  if (state.kind === "waiting") return "waiting itself";
  if (state.kind === "running" && !state.ready) return "running, and not ready";
  if (state.kind === "backoff") return "in backoff";
  if (state.kind === "exited" && exitCode !== undefined) return `exited with code ${exitCode}`;
  return wordOf(state);
}

/**
 * Units that wait for nothing but each other: what the configuration knows and leaves out, as a service of another mode,
 * would be waited for for ever.
 */
export function withoutAbsent<T extends Pick<LifeSpec, "name" | "family" | "dependsOn">>(specs: readonly T[]): T[] {
  const there = new Set(specs.flatMap((spec) => [spec.name, familyOf(spec)]));
  return specs.map((spec) => {
    const entries = Object.entries(spec.dependsOn ?? {});
    const present = entries.filter(([name]) => there.has(name));
    return present.length === entries.length ? spec : { ...spec, dependsOn: Object.fromEntries(present) };
  });
}

/** The order of starting: programs of a level depend only on those of earlier ones. A stop goes through them backwards. */
export function levelsOf<T extends Pick<LifeSpec, "name" | "family" | "dependsOn">>(specs: readonly T[]): T[][] {
  const families = Map.groupBy(specs, familyOf);
  const all = [...families].map(([name, members]) => ({
    name,
    dependsOn: members.flatMap((spec) => Object.keys(spec.dependsOn ?? {})),
  }));
  const { levels, circle } = levelsOfNames(all); // Without a circle: the configuration refuses it.
  const ordered = circle.length === 0 ? levels : [...levels, circle];
  return ordered.map((level) => level.flatMap((name) => families.get(name) ?? []));
}
