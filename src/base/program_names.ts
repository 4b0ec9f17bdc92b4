import type { ProgramStatus } from "./program_reports.ts";

/** Most instances that a program can have. */
export const MAX_INSTANCES = 1000;

type Named = Pick<ProgramStatus, "name" | "family">;

/** The program of the configuration that this is an instance of; its own name when there is one only. */
export function familyOf({ name, family }: Named): string {
  return family ?? name;
}

/** Whom `name` means: all instances of a program, or one instance by its own name. */
export function programsNamed<P extends Named>(programs: readonly P[], name: string): P[] {
  const family = programs.filter((program) => familyOf(program) === name);
  return family.length > 0 ? family : programs.filter((program) => program.name === name);
}

/** Every name that {@link programsNamed} knows: programs first, each followed by its instances. */
export function programNames(programs: readonly Named[]): string[] {
  const families = [...new Set(programs.map(familyOf))];
  const all = families.flatMap((family) => [family, ...programsNamed(programs, family).map(({ name }) => name)]);
  return [...new Set(all)];
}

/** Whether it lives now; a service does without a process. */
export function isUp({ kind, pid, uptime_s }: Pick<ProgramStatus, "kind" | "pid" | "uptime_s">): boolean {
  return kind === "service" ? uptime_s !== null : pid !== null;
}
