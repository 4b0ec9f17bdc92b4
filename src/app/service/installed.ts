import { ownVariable, type Product } from "../../base/product.ts";
import { DEFAULT_INSTANCE } from "../../instance/paths.ts";
import type { Scope } from "../../service/definition.ts";
import { type Manager, type ServiceTarget, targetAt } from "../../service/manager_commands.ts";
import { isSamePath, type Owned, readOwned } from "../../service/ownership.ts";
import type { Files } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { Context } from "../context.ts";
import { statOf, unlessRefused } from "../doctor/seen.ts";
import { managerOf } from "./manager.ts";

/** A service that we have installed. */
export interface Installed {
  readonly target: ServiceTarget;
  readonly text: string;
  readonly owned: Owned;
}

/** Whose files are looked for. */
export interface Wanted {
  readonly product: Pick<Product, "prefix" | "unit" | "label">;
  /** Name of the instance; undefined or `default` for the one without a name. */
  readonly instance: string | undefined;
}

/** The file of a service, for an instance of a program, where the manager looks for it. */
export function serviceTarget(
  { host }: Pick<System, "host">,
  { product, instance, manager, scope }: Wanted & { manager: Manager; scope: Scope },
): ServiceTarget {
  const name = instance === DEFAULT_INSTANCE ? undefined : instance;
  const { unit: service, label } = product;
  return targetAt({ manager, scope, service, label, instance: name, userHome: host.homeDirectory, uid: host.uid });
}

/** What stands in the place of a service: empty for what is no file, which nobody of us has written. */
export function presentText(files: Files, path: string): string | undefined {
  const stat = statOf(files, path);
  if (stat === undefined) return undefined;
  return stat.kind === "file" ? files.readText(path) : "";
}

const PLACES = {
  darwin: [["launchd", "system"], ["launchd", "user"]],
  linux: [["systemd", "system"], ["systemd", "user"], ["openrc", "system"]],
} as const;

/**
 * The services of that name which we have installed and whose manager runs, the system's first. Where none is installed
 * this is one stat(2) for each place.
 */
export function installedServices(system: System, wanted: Wanted): Installed[] {
  const { files, host } = system;
  if (host.platform !== "linux" && host.platform !== "darwin") return [];
  return PLACES[host.platform].flatMap(([manager, scope]) => {
    const target = serviceTarget(system, { ...wanted, manager, scope });
    if (statOf(files, target.path) === undefined || managerOf(system) !== manager) return [];
    const text = unlessRefused(() => presentText(files, target.path));
    const owned = text === undefined ? undefined : readOwned(text);
    return text === undefined || owned === undefined ? [] : [{ target, text, owned }];
  });
}

/** The service that this very instance is, by its name and its home; a user's own one comes first for the user. */
export function serviceOf({ app: { product }, system, instance, paths }: Context): Installed | undefined {
  const ours = installedServices(system, { product, instance })
    .filter(({ owned }) => isSamePath(owned.memory.home, paths.root));
  return system.host.uid === 0 ? ours[0] : ours.at(-1);
}

/**
 * The home of root's instance when nobody names one and it is installed as a service: that of the service. Otherwise
 * root would look at another home than the service that it has just installed.
 */
export function homeOfService(system: System, wanted: Wanted): string | undefined {
  const { env, uid } = system.host;
  if (uid !== 0 || ownVariable(env, wanted.product, "HOME") || env.STATE_DIRECTORY) return undefined;
  return installedServices(system, wanted).find(({ target }) => target.scope === "system")?.owned.memory.home;
}
