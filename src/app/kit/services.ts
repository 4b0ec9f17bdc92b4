import { canonicalJson } from "../../base/canonical.ts";
import { parseDuration } from "../../base/duration.ts";
import { cannot } from "../../base/errors.ts";
import { fingerprint } from "../../base/fingerprint.ts";
import type { TaskLife, TaskSpec } from "../../programs/task_spec.ts";
import { APPD_SCHEMA, type Config } from "../../schema/appd_schema.ts";
import type { Schema } from "../../schema/section.ts";
import { withMore } from "./create_kit.ts";
import type { Kit } from "./kit.ts";
import type { Service, ServiceContext } from "./service.ts";
import { serviceLogger } from "./part_logger.ts";
import { asked } from "./services_under.ts";
import type { WantedService } from "./wanted_services.ts";

/** A service as the supervisor runs it, but for what its code is given. */
export interface PlannedService<C> extends Omit<TaskSpec, "task" | "dependsOn">, WantedService<C> {
  /** Stands for what the service depends on: a reload under which it stays the same leaves the service alone. */
  readonly mark: string;
}

/** What a plan is made from. */
interface PlanSource<C> {
  readonly config: C;
  readonly schema: Schema;
}

/** What the services of an app are run with. */
export interface ServiceSurroundings<C> {
  readonly config: C;
  /** What their code is given, by the name of their logger below the app's: `services.proxy`. */
  readonly kitFor: (logger: string) => Kit<C>;
  /** Aborted when the daemon begins to stop. */
  readonly stopping: AbortSignal;
}

const STOP_TIMEOUT = "10s";
const START_TIMEOUT = "60s";
/** Of a program of the configuration: `stable_after`, in milliseconds. */
const STABLE_AFTER_MS = 10_000;

/** What a service that is wanted says of itself. @throws AppdError (config) when it cannot be what it says it is */
export function plannedService<C extends Config>(wanted: WantedService<C>, source: PlanSource<C>): PlannedService<C> {
  const { service } = wanted;
  const { critical = false, restart = "always", onFailed = "degrade" } = service;
  return {
    ...{ ...wanted, critical, restart, onFailed, stableAfter: STABLE_AFTER_MS },
    stopTimeout: milliseconds(service, "stopTimeout", STOP_TIMEOUT),
    startTimeout: milliseconds(service, "startTimeout", START_TIMEOUT),
    mark: markOf(service, source),
  };
}

/** A service for the supervisor. */
export function serviceSpec<C extends Config>(planned: PlannedService<C>, around: ServiceSurroundings<C>): TaskSpec {
  const { service, mark, dependsOn, ...spec } = planned;
  return {
    ...spec,
    ...(Object.keys(dependsOn).length === 0 ? {} : { dependsOn }),
    task: {
      run: (life) => service.run(contextOf(life, { ...around, name: spec.name })),
      mark,
      probed: service.readiness === "called",
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

function markOf<C extends Config>(service: Service<C>, { config, schema }: PlanSource<C>): string {
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
