import { canonicalJson } from "../../base/canonical.ts";
import { parseDuration } from "../../base/duration.ts";
import { cannot } from "../../base/errors.ts";
import { fingerprint } from "../../base/fingerprint.ts";
import type { TaskLife, TaskSpec } from "../../programs/task_spec.ts";
import { APPD_SCHEMA, type Config } from "../../schema/appd_schema.ts";
import type { Schema } from "../../schema/section.ts";
import type { App } from "./app.ts";
import { withMore } from "./create_kit.ts";
import type { Kit } from "./kit.ts";
import type { Service, ServiceContext } from "./service.ts";
import { serviceLogger } from "./part_logger.ts";
import { asked } from "./services_under.ts";
import { type ServiceChoice, type WantedService, wantedServices } from "./wanted_services.ts";

/** What the services of an app are run with. */
export interface ServiceSurroundings<C> extends ServiceChoice<C> {
  readonly schema: Schema;
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
  return wantedServices(app, around).map((wanted) => specOf(wanted, around));
}

function specOf<C extends Config>(
  { service, dependsOn }: WantedService<C>,
  around: ServiceSurroundings<C>,
): TaskSpec {
  const { name, critical = false, restart = "always", onFailed = "degrade", readiness = "immediate" } = service;
  return {
    ...{ name, critical, restart, onFailed, stableAfter: STABLE_AFTER_MS },
    stopTimeout: milliseconds(service, "stopTimeout", STOP_TIMEOUT),
    startTimeout: milliseconds(service, "startTimeout", START_TIMEOUT),
    ...(Object.keys(dependsOn).length === 0 ? {} : { dependsOn }),
    task: {
      run: (life) => service.run(contextOf(life, { ...around, name })),
      mark: markOf(service, around),
      probed: readiness === "called",
      logFile: around.config.log.file,
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

/** Stands for what the service depends on: a reload under which it stays the same leaves the service alone. */
function markOf<C extends Config>(service: Service<C>, { config, schema }: ServiceSurroundings<C>): string {
  const { name, watches } = service;
  if (watches === undefined) return fingerprint(canonicalJson(ownSections(config, schema)));
  // Inside: what it gives may be something that cannot be written down.
  const mark = () => fingerprint(canonicalJson(service.watches?.(config)));
  return asked(["run the service", name], "its watches()", mark);
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
  return withMore(kitFor(serviceLogger(name)), { signal, stopping, ready, note });
}
