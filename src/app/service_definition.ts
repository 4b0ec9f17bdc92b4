import { posix } from "node:path";
import { AppdError, systemError } from "../base/errors.ts";
import { CONTAINER, containerHome } from "../service/container.ts";
import type { Kind, Profile, Scope, ServiceDefinition } from "../service/definition.ts";
import { type Context, createContext, isHomeGiven } from "./context.ts";
import { loadContextConfig } from "./load.ts";
import { modeOf } from "./mode.ts";

/** What somebody says of the service that they want; the rest follows from the instance. */
export interface ServiceWish {
  readonly kind: Kind;
  /** Default: the system's for root, else the user's. */
  readonly scope?: Scope | undefined;
  /** Default: `plain` for a user's service, `root` with `runAs` root, else `dedicated`. */
  readonly profile?: Profile | undefined;
  /** `USER` or `USER:GROUP`. Default for `dedicated` and `jobs`: a user with the program's name. */
  readonly runAs?: string | undefined;
  /** Absolute path. Default: this very program. */
  readonly binary?: string | undefined;
  readonly keepPrograms?: boolean;
}

/**
 * The instance of `context` as a service. Paths that nobody named are where the format puts them: a service with a user of
 * its own lives in /var/lib, a container in its volume.
 *
 * @throws AppdError (usage) when no program can be named; (config, noPermission) when its configuration cannot be read
 */
export async function serviceDefinition(context: Context, wish: ServiceWish): Promise<ServiceDefinition> {
  const { kind, keepPrograms = false } = wish;
  const { app: { product }, system: { host } } = context;
  const { name: program, prefix, label } = product;
  const scope = scopeOf(wish, host.uid);
  const profile = wish.profile ?? defaultProfile(wish, scope);
  const home = homeOf(context, { program, kind, scope, profile });
  const there = createContext({
    ...context,
    home,
    config: context.configFileExplicit ? context.configFile : undefined,
  });
  const { config } = await loadContextConfig(existing(there));
  const { paths, instance } = there;
  const unnamed = paths.home === paths.root;
  const unit = isContainer(kind) ? program : product.unit;
  return {
    name: unnamed ? unit : `${unit}-${instance}`,
    ...(unnamed ? {} : { instance }),
    ...{ program, unit, label, prefix },
    description: `${program}: ${product.work}${unnamed ? "" : ` (${instance})`}`,
    binary: binaryOf(context, wish),
    home,
    ...(there.configFileExplicit ? { configFile: there.configFile } : {}),
    mode: modeOf(context)?.name,
    scope,
    ...(scope === "user" ? { userHome: host.homeDirectory } : {}),
    ...accountOf(program, { wish, profile }),
    profile,
    keepPrograms,
    ...(context.app.startsAtBoot?.(config) === false ? { atBoot: false } : {}),
    stopTimeoutMs: config.daemon.shutdownTimeout,
    restartSec: config.daemon.restartDelay / 1000,
    env: {},
    port: config.server.port,
    logs: [config.log.file, posix.join(paths.programs, "*/output.log"), posix.join(paths.jobs, "*/output.log")],
  };
}

/** A configuration that is not written yet says nothing: the service may be described before it. */
function existing(there: Context): Context {
  try {
    const missing = there.system.files.stat(there.configFile) === undefined;
    return missing ? { ...there, configFileExplicit: false } : there;
  } catch (error) {
    throw systemError(["read", there.configFile], error, "be the user whose service it is, or root");
  }
}

function scopeOf({ kind, scope }: ServiceWish, uid: number): Scope {
  if (kind === "systemd-user" || kind === "launchd-agent") return "user";
  if (scope !== undefined) return scope;
  if (kind === "systemd" || kind === "systemd-template") return uid === 0 ? "system" : "user";
  return "system";
}

function defaultProfile({ runAs }: ServiceWish, scope: Scope): Profile {
  if (scope === "user") return "plain";
  return runAs === "root" ? "root" : "dedicated";
}

function isContainer(kind: Kind): boolean {
  return kind === "container" || kind === "kubernetes" || kind === "compose";
}

function homeOf(context: Context, service: Pick<ServiceDefinition, "program" | "scope" | "profile"> & { kind: Kind }) {
  const { program, kind, scope, profile } = service;
  if (isHomeGiven(context)) return context.paths.root;
  if (isContainer(kind)) return containerHome(program);
  if (kind === "winsw") return `C:\\ProgramData\\${program}`;
  if (scope === "user" || profile === "root" || profile === "plain") return context.paths.root;
  return kind === "launchd" ? `/usr/local/var/${program}` : `/var/lib/${program}`;
}

function binaryOf({ app, system }: Context, { binary, kind }: ServiceWish): string {
  const { name: program } = app.product;
  if (binary !== undefined) return binary;
  if (isContainer(kind)) return posix.join(CONTAINER.binary, program);
  const [own, ...rest] = system.host.self;
  if (own !== undefined && rest.length === 0) return own;
  throw new AppdError("cannot name the program of the service: this one runs from its source", {
    exit: "usage",
    hint: `name the compiled one: --binary /usr/local/bin/${program}`,
  });
}

function accountOf(
  program: string,
  { wish: { runAs }, profile }: { readonly wish: ServiceWish; readonly profile: Profile },
): Pick<ServiceDefinition, "user" | "group"> {
  const [user = "", group] = (runAs ?? (profile === "dedicated" || profile === "jobs" ? program : "")).split(":");
  if (user === "" || user === "root") return {};
  return { user, ...(group ? { group } : {}) };
}
