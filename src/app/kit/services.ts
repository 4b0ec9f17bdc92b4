import { canonicalJson } from "../../base/canonical.ts";
import { parseDuration } from "../../base/duration.ts";
import { AppdError, cannot, messageOf } from "../../base/errors.ts";
import { fingerprint } from "../../base/fingerprint.ts";
import { levelsOf } from "../../base/levels.ts";
import type { TaskLife, TaskSpec } from "../../programs/task_spec.ts";
import { APPD_SCHEMA, type Config } from "../../schema/appd_schema.ts";
import type { Schema } from "../../schema/section.ts";
import type { App } from "./app.ts";
import type { Kit } from "./kit.ts";
import type { Service, ServiceContext } from "./service.ts";
import { serviceLogger } from "./service_logger.ts";

/** What the services of an app are run with. */
export interface ServiceSurroundings<C> {
  /** The configuration that decides which of them run, and what a reload restarts. */
  readonly config: C;
  readonly schema: Schema;
  /** Name of the mode that is run; undefined: everything runs. */
  readonly mode: string | undefined;
  /** What their code is given, by the name of their logger below the app's: `services.proxy`. */
  readonly kitFor: (logger: string) => Kit<C>;
  /** Aborted when the daemon begins to stop. */
  readonly stopping: AbortSignal;
}

const STOP_TIMEOUT = "10s";
const START_TIMEOUT = "60s";
/** Of a program of the configuration: `stable_after`, in milliseconds. */
const STABLE_AFTER_MS = 10_000;

/**
 * The services of an app that this mode and this configuration want, for the supervisor.
 *
 * @throws AppdError (config) when a service cannot be what it says it is, or has the name of something else
 */
export function serviceSpecs<C extends Config>(app: App<C>, around: ServiceSurroundings<C>): TaskSpec[] {
  const wanted = servicesOf(app, around);
  checkNames(wanted, around.config);
  checkCircles(wanted);
  const left = new Set(app.services.filter((one) => !wanted.includes(one)).map(({ name }) => name));
  return wanted.map((service) => specOf(service, { ...around, app, left }));
}

function servicesOf<C extends Config>(app: App<C>, { config, mode }: ServiceSurroundings<C>): Service<C>[] {
  const names = app.modes.find(({ name }) => name === mode)?.services;
  return app.services.filter((one) => names === undefined || names.includes(one.name))
    .filter((one) => asked(one, "enabled", () => one.enabled?.(config) ?? true));
}

/** Runs a function of the app's that says something about the configuration. */
function asked<T>({ name }: { readonly name: string }, what: string, ask: () => T): T {
  try {
    return ask();
  } catch (cause) {
    if (cause instanceof AppdError) throw cause;
    throw cannot(["run the service", name], `its ${what}() threw: ${messageOf(cause)}`, { exit: "config", cause });
  }
}

/** Logs, events and commands go by a name: it must not mean two things. */
function checkNames(services: readonly { readonly name: string }[], config: Config): void {
  const others = [
    ...config.programs.map(({ name }) => ({ name, is: "program" })),
    ...config.jobs.map(({ name }) => ({ name, is: "job" })),
  ];
  for (const { name } of services) {
    const other = others.find((one) => one.name === name || isInstance(name, one));
    if (other === undefined) continue;
    throw cannot(["run the service", name], `the configuration has a ${other.is} "${other.name}"`, {
      exit: "config",
      hint: `give the ${other.is} another name in the configuration`,
    });
  }
}

function checkCircles(services: readonly { readonly name: string; readonly dependsOn?: object }[]): void {
  const all = services.map(({ name, dependsOn = {} }) => ({ name, dependsOn: Object.keys(dependsOn) }));
  const [first, ...others] = levelsOf(all).circle;
  if (first === undefined) return;
  const partners = others.length === 0 ? "itself" : others.join(" and ");
  throw cannot(["run the service", first], `it waits in a circle with ${partners}`, {
    exit: "config",
    hint: "take one of their dependsOn out",
  });
}

/** `web.2` of a program `web`. */
function isInstance(name: string, { name: other, is }: { readonly name: string; readonly is: string }): boolean {
  return is === "program" && name.startsWith(`${other}.`) && /^[1-9]\d*$/.test(name.slice(other.length + 1));
}

interface SpecSurroundings<C> extends ServiceSurroundings<C> {
  readonly app: App<C>;
  /** Names of the app's services that do not run. */
  readonly left: ReadonlySet<string>;
}

function specOf<C extends Config>(service: Service<C>, around: SpecSurroundings<C>): TaskSpec {
  const { name, critical = false, restart = "always", onFailed = "degrade", readiness = "immediate" } = service;
  const { config } = around;
  return {
    ...{ name, critical, restart, onFailed, stableAfter: STABLE_AFTER_MS },
    stopTimeout: milliseconds(service, "stopTimeout", STOP_TIMEOUT),
    startTimeout: milliseconds(service, "startTimeout", START_TIMEOUT),
    ...dependenciesOf(service, around),
    task: {
      run: (life) => service.run(contextOf(life, { ...around, name })),
      mark: markOf(service, around),
      probed: readiness === "called",
      logFile: config.log.file,
    },
  };
}

function milliseconds<C>(service: Service<C>, key: "startTimeout" | "stopTimeout", standard: string): number {
  const text = service[key] ?? standard;
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw cannot(["run the service", service.name], `its ${key} is "${text}", which is no duration`, {
    exit: "config",
    hint: "durations are like 500ms, 30s, 5m",
  });
}

/** Who waits for a service that does not run would wait for ever. */
function dependenciesOf<C extends Config>(
  { name, dependsOn = {} }: Service<C>,
  { app, config, left }: SpecSurroundings<C>,
): Pick<TaskSpec, "dependsOn"> {
  const known = new Set([...app.services, ...config.programs].map((one) => one.name));
  const unknown = Object.keys(dependsOn).find((one) => !known.has(one));
  if (unknown !== undefined) {
    throw cannot(["run the service", name], `it depends on "${unknown}", and there is no such service or program`, {
      exit: "config",
      hint: `add a [[program]] with name = "${unknown}" to the configuration`,
    });
  }
  const entries = Object.entries(dependsOn).filter(([one]) => !left.has(one));
  return entries.length === 0 ? {} : { dependsOn: Object.fromEntries(entries) };
}

/** Stands for what the service depends on: a reload under which it stays the same leaves the service alone. */
function markOf<C extends Config>(service: Service<C>, { config, schema }: ServiceSurroundings<C>): string {
  const watched = service.watches === undefined
    ? ownSections(config, schema)
    : asked(service, "watches", () => canonicalJson(service.watches?.(config)));
  return fingerprint(canonicalJson(watched));
}

/** The part of a configuration that is the app's own. */
function ownSections(config: object, schema: Schema): Readonly<Record<string, unknown>> {
  const base = new Set<string>(APPD_SCHEMA.sections.map(({ name }) => name));
  const own = new Set(schema.sections.filter(({ name }) => !base.has(name)).map((section) => section.as));
  return Object.fromEntries(Object.entries(config).filter(([key]) => own.has(key)));
}

/** What a life of a service is given. The configuration is read through, so that it is the one that holds. */
function contextOf<C>(
  { signal, ready, note }: TaskLife,
  { name, kitFor, stopping }: Pick<ServiceSurroundings<C>, "kitFor" | "stopping"> & { readonly name: string },
): ServiceContext<C> {
  const kit = Object.getOwnPropertyDescriptors(kitFor(serviceLogger(name)));
  return Object.defineProperties({ signal, stopping, ready, note }, kit) as ServiceContext<C>;
}
