import { cannot } from "../../base/errors.ts";
import { isInstanceOf } from "../../base/instance_name.ts";
import { levelsOf } from "../../base/levels.ts";
import type { DependencyCondition } from "../../programs/program_spec.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { Mode } from "./app.ts";
import { nameTaken } from "./misnamed.ts";
import type { Service } from "./service.ts";
import { asked } from "./services_under.ts";

/** What decides which services run. */
export interface ServiceChoice<C> {
  readonly config: C;
  /** The mode that is run; undefined: everything runs. */
  readonly mode: Mode | undefined;
}

/** A service that runs, with those that it waits for. */
export interface WantedService<C> {
  readonly name: string;
  readonly service: Service<C>;
  readonly dependsOn: Readonly<Record<string, DependencyCondition>>;
}

/**
 * The services that a mode and a configuration want, of all that the app has. They wait for each other and for programs, not for services that are
 * left out: who waits for one of those would wait for ever.
 *
 * @throws AppdError (config) when one has the name of something else, waits for nothing that there is, or in a circle
 */
export function wantedServices<C extends Config>(
  all: readonly Service<C>[],
  choice: ServiceChoice<C>,
): WantedService<C>[] {
  const services = chosen(all, choice);
  checkNames(services, choice.config);
  for (const service of services) checkDependencies(service, all, choice.config);
  const left = new Set(all.filter((one) => !services.includes(one)).map(({ name }) => name));
  const wanted = services.map((service): WantedService<C> => {
    const entries = Object.entries(service.dependsOn ?? {}).filter(([name]) => !left.has(name));
    return { name: service.name, service, dependsOn: Object.fromEntries(entries) };
  });
  checkCircles(wanted, choice.config);
  return wanted;
}

function chosen<C>(all: readonly Service<C>[], { mode, config }: ServiceChoice<C>): Service<C>[] {
  return all.filter((one) => mode?.services?.includes(one.name) ?? true)
    .filter((one) => asked(["run the service", one.name], "its enabled()", () => one.enabled?.(config) ?? true));
}

/** Logs, events and commands go by a name: it must not mean two things. */
function checkNames(services: readonly { readonly name: string }[], config: Config): void {
  const others = [
    ...config.programs.map(({ name }) => ({ name, section: "program" as const })),
    ...config.jobs.map(({ name }) => ({ name, section: "job" as const })),
  ];
  for (const { name } of services) {
    const other = others.find((one) => one.section === "program" ? isInstanceOf(name, one.name) : one.name === name);
    if (other === undefined) continue;
    const by = other.name === name ? "a service of the app" : `the service "${name}" of the app as an instance of it`;
    throw nameTaken(
      `cannot run the service "${name}": the configuration has a ${other.section} "${other.name}"`,
      { ...other, by },
    );
  }
}

/** What is waited for has to be possible, if not in this mode and under this configuration. */
function checkDependencies<C>(
  { name, dependsOn = {} }: Service<C>,
  services: readonly Service<C>[],
  { programs }: Config,
): void {
  const known = new Set([...services, ...programs].map((one) => one.name));
  const unknown = Object.keys(dependsOn).find((one) => !known.has(one));
  if (unknown === undefined) return;
  throw cannot(["run the service", name], `it depends on "${unknown}", and there is no such service or program`, {
    exit: "config",
    hint: `add a [[program]] with name = "${unknown}" to the configuration`,
  });
}

/** Of services, or of services and programs; the configuration is known to have none of its own. */
function checkCircles(
  services: readonly { readonly name: string; readonly dependsOn: object }[],
  { programs }: Config,
): void {
  const all = [...services, ...programs].map(({ name, dependsOn = {} }) => ({
    name,
    dependsOn: Object.keys(dependsOn),
  }));
  const [first, ...others] = levelsOf(all).circle;
  if (first === undefined) return;
  const partners = others.length === 0 ? "itself" : others.join(" and ");
  throw cannot(["run the service", first], `it waits in a circle with ${partners}`, {
    exit: "config",
    hint: "take one of their dependsOn out",
  });
}
