import type { DependencyCondition, Restart } from "../../programs/program_spec.ts";
import type { Config } from "../../schema/appd_schema.ts";

/** A service or program, as far as others wait for it. */
interface Unit {
  readonly name: string;
  readonly restart: Restart;
  readonly dependsOn?: Readonly<Record<string, DependencyCondition>> | undefined;
}

/**
 * Who waits until something has completed that begins again whenever it ends: one warning each. That a program waits so for
 * another one is refused before, see checkDependencies of the schema.
 */
export function endlessWaits(services: readonly Unit[], { programs }: Pick<Config, "programs">): string[] {
  const units = [
    ...services.map((unit) => ({ unit, noun: "service", hint: 'give it restart: "on-failure" or "never" in the app' })),
    ...programs.map((unit) => ({ unit, noun: "program", hint: 'give it restart = "on-failure" or "never"' })),
  ];
  return units.flatMap(({ unit, noun }) =>
    Object.entries(unit.dependsOn ?? {}).filter(([, condition]) => condition === "completed").flatMap(([name]) => {
      const other = units.find((one) => one.unit.name === name && one.unit.restart === "always");
      if (other === undefined) return [];
      const never = `with restart ${JSON.stringify(other.unit.restart)} it never has`;
      return [`the ${noun} "${unit.name}" waits until "${name}" has completed, and ${never} (${other.hint})`];
    })
  );
}
