import { isAbsolute } from "node:path";
import { AppdError, cannot } from "../../base/errors.ts";
import { kindFor, type Manager, type ServiceTarget } from "../../service/manager_commands.ts";
import type { Scope, ServiceDefinition } from "../../service/definition.ts";
import {
  compare,
  type Found,
  type InstallOptions,
  type Memory,
  type Owned,
  readOwned,
  withMark,
} from "../../service/ownership.ts";
import { render } from "../../service/render.ts";
import { type Context, createContext, isHomeGiven } from "../context.ts";
import { EVERYTHING } from "../mode.ts";
import { serviceDefinition } from "../service_definition.ts";
import { installedServices, presentText, serviceTarget } from "./installed.ts";
import { modeOfService } from "./installed_mode.ts";
import { defaultScope, managerOf, requireManager } from "./manager.ts";
import type { ServiceWorld } from "./ports.ts";

/** Which service is meant, and what is wanted of it. */
export interface ServiceQuestion {
  /** Default: the system's for root, else the user's. */
  readonly scope?: Scope | undefined;
  /** What is left open stays as it was installed. */
  readonly options?: InstallOptions;
  /** What to plan for where no service manager runs that we know; absent: then there is no plan. */
  readonly otherwise?: Manager | undefined;
}

/** What this binary would write for a service, and what there is in its place. */
export interface Plan {
  readonly manager: Manager;
  readonly target: ServiceTarget;
  readonly definition: ServiceDefinition;
  /** The text without the mark. */
  readonly body: string;
  readonly mode: number;
  readonly memory: Memory;
  /** The text as it would be written. */
  readonly text: string;
  readonly present: string | undefined;
  readonly found: Found;
}

/** Looks, compares, and changes nothing. @throws AppdError when such a service cannot be described; as {@link modeOfService} */
export async function planService(
  world: ServiceWorld,
  { scope, options = {}, otherwise }: ServiceQuestion,
): Promise<Plan> {
  const { context, program } = world;
  const { app: { product }, system, instance } = context;
  const whose = scope ?? defaultScope(system);
  const isUnmanaged = otherwise !== undefined && managerOf(system) === undefined;
  const manager = isUnmanaged ? otherwise : requireManager(system, { program, scope: whose });
  const target = serviceTarget(system, { product, instance, manager, scope: whose });
  const present = presentText(system.files, target.path);
  const owned = present === undefined ? undefined : readOwned(present);
  const installed = owned?.memory.options.mode;
  const mode = modeOfService(world, { verb: "install", target, installed, asked: options.mode });
  const all = rememberable({ ...owned?.memory.options, ...options }, mode);
  if (all.binary !== undefined) requireAbsolute(all.binary);
  const definition = await serviceDefinition(remembered(context, { owned, options: all }), {
    ...{ scope: whose, kind: kindFor({ manager, scope: whose }) },
    ...{ profile: all.profile, runAs: all.runAs, binary: all.binary, keepPrograms: all.keepPrograms ?? false },
  });
  const [file] = render(kindFor(target), definition);
  if (file?.path !== target.path) {
    throw new Error(`the unit belongs to ${file?.path}, and is looked for in ${target.path}`);
  }
  const memory = { ...owned?.memory, home: definition.home, options: all };
  const text = withMark(file.text, { program, memory });
  const found = compare(present, { text, home: definition.home });
  return { manager, target, definition, body: file.text, mode: file.mode, memory, text, present, found };
}

function requireAbsolute(binary: string): void {
  if (isAbsolute(binary)) return;
  throw cannot(["install", binary], "the path is not absolute", {
    exit: "usage",
    hint: "a service manager starts it in no directory of yours: --binary /usr/local/bin/NAME",
  });
}

/** Home and configuration file as they were installed, where nobody names others. */
function remembered(
  context: Context,
  { owned, options }: { owned: Owned | undefined; options: InstallOptions },
): Context {
  const { home, config } = context;
  return createContext({
    ...context,
    home: isHomeGiven(context) ? home : owned?.memory.home,
    config: config ?? options.config,
    mode: options.mode,
  });
}

/** The options as they are remembered: that everything runs is what holds where no mode is. */
function rememberable({ mode: _, ...others }: InstallOptions, mode: string | undefined): InstallOptions {
  return mode === undefined || mode === EVERYTHING ? others : { ...others, mode };
}

/** @throws AppdError (noPermission) with the command for root, when the service is the system's and we are not root */
export function requirePermission(
  world: ServiceWorld,
  { verb, target }: { verb: string; target: ServiceTarget },
): void {
  if (target.scope === "user" || world.context.system.host.uid === 0) return;
  const { program } = world;
  throw cannot([verb, target.unit], "services of the system are root's", {
    exit: "noPermission",
    hint: `as root: sudo ${program} ${verb} --system; or as a service of your own: ${program} ${verb} --user`,
  });
}

/** @throws AppdError (cannotCreate) when what is there is not ours to write over */
export function requireOurs({ found, target, present }: Plan, world: ServiceWorld, force: boolean): void {
  const { program } = world;
  const refuse = (cause: string, hint: string) => cannot(["write", target.path], cause, { exit: "cannotCreate", hint });
  if (found === "foreign") {
    throw refuse(
      `it is there already, and was not made by ${program} install`,
      `install it under another name: --name NAME; or move "${target.path}" away`,
    );
  }
  if (found === "elsewhere") {
    const home = present === undefined ? undefined : readOwned(present)?.memory.home;
    throw refuse(`it is the service of the instance in "${home}"`, "install this one under another name: --name NAME");
  }
  if (found === "edited" && !force) {
    throw refuse(
      "it was edited by hand",
      `see what would change: ${program} install --${target.scope} --dry-run; write over it: ${program} install --${target.scope} --force`,
    );
  }
}

/** @throws AppdError (cannotCreate) when the instance is a service of the other scope already: both would want its lock */
export function requireSingle(world: ServiceWorld, { target, definition }: Plan): void {
  const { context: { app: { product }, system, instance }, program } = world;
  const other = installedServices(system, { product, instance })
    .find((one) => one.target.path !== target.path && one.owned.memory.home === definition.home);
  if (other === undefined) return;
  throw new AppdError(`cannot install "${target.unit}": "${other.target.path}" runs the same instance already`, {
    exit: "cannotCreate",
    hint: `remove that one first: ${program} uninstall --${other.target.scope}`,
  });
}
