import { cannot, systemError } from "../../base/errors.ts";
import type { Scope } from "../../service/definition.ts";
import { isSamePath, type Owned, readOwned } from "../../service/ownership.ts";
import type { ServiceTarget } from "../../service/manager_commands.ts";
import { writeFileAtomic } from "../../system/files.ts";
import { instanceHome } from "../../service/definition.ts";
import { DEFAULT_INSTANCE } from "../../instance/paths.ts";
import { statOf } from "../doctor/seen.ts";
import { presentText, serviceTarget } from "./installed.ts";
import { endLinger, siblingLingers } from "./linger.ts";
import { defaultScope, requireManager } from "./manager.ts";
import { requirePermission } from "./plan.ts";
import { type ServiceWorld, tell } from "./ports.ts";
import { unitState } from "./unit_state.ts";

/** What a verb is about. */
export interface ServiceChoice {
  readonly scope?: Scope | undefined;
}

/** The place of the service that is meant, and what is there. */
export interface Place {
  readonly target: ServiceTarget;
  readonly present: string | undefined;
  /** Undefined when nothing is there, or a stranger's. */
  readonly owned: Owned | undefined;
}

/** Looks in the place of the service. @throws AppdError (notRunning) without a service manager */
export function placeOf(world: ServiceWorld, { scope }: ServiceChoice): Place {
  const { context: { system, instance }, program } = world;
  const whose = scope ?? defaultScope(system);
  const manager = requireManager(system, { program, scope: whose });
  const target = serviceTarget(system, { program, instance, manager, scope: whose });
  const present = presentText(system.files, target.path);
  const owned = present === undefined ? undefined : readOwned(present);
  return { target, present, owned };
}

/** Whether somebody named a home, and the service is one for another. */
export function isElsewhere({ context }: ServiceWorld, { memory }: Owned): boolean {
  const { home, paths, system } = context;
  const named = home !== undefined || Boolean(system.host.env.APPD_HOME);
  return named && !isSamePath(memory.home, paths.root);
}

/** @throws AppdError (cannotCreate) when what is there is not ours, or another instance's */
export function requireOwned(world: ServiceWorld, verb: string, { target, present, owned }: Place): void {
  if (present === undefined) return;
  const { program } = world;
  if (owned === undefined) {
    throw cannot([verb, target.unit], `"${target.path}" was not made by ${program} install`, {
      exit: "cannotCreate",
      hint: `it is left as it is; another instance is meant with: --name NAME`,
    });
  }
  if (isElsewhere(world, owned)) {
    throw cannot([verb, target.unit], `"${target.path}" is the service of the instance in "${owned.memory.home}"`, {
      exit: "cannotCreate",
      hint: `name that home: --home "${owned.memory.home}"; or another instance: --name NAME`,
    });
  }
}

/** What came of taking a service away. */
export interface UninstallResult {
  readonly unit: string;
  readonly path: string;
  readonly scope: Scope;
  /** It was installed. */
  readonly was: boolean;
  readonly notes: readonly string[];
}

/**
 * Stops the service, and removes what `install` made: file, links, lingering, directories. Configuration, database and
 * logs stay, and so does the user that they belong to. Not installed is success.
 *
 * @throws AppdError (notRunning, noPermission), (cannotCreate) for what is not ours or was edited by hand
 */
export async function uninstallService(
  world: ServiceWorld,
  { scope, force, dryRun }: ServiceChoice & { readonly force: boolean; readonly dryRun: boolean },
): Promise<UninstallResult> {
  const place = placeOf(world, { scope });
  const { target, owned, present } = place;
  const { unit, path } = target;
  requireOwned(world, "uninstall", place);
  if (owned === undefined) return { unit, path, scope: target.scope, was: false, notes: [] };
  if (owned.edited && !force && !dryRun) throw edited(world, target);
  const notes = keeps(world, owned);
  if (!dryRun) {
    requirePermission(world, { verb: "uninstall", target });
    await takeAway(world, { target, owned, present: present ?? "" }, notes);
  }
  return { unit, path, scope: target.scope, was: true, notes };
}

function edited({ program }: ServiceWorld, { unit, path, scope }: ServiceTarget) {
  return cannot(["uninstall", unit], `"${path}" was edited by hand`, {
    exit: "cannotCreate",
    hint: `remove it all the same, the edited text is kept as "${path}.old": ${program} uninstall --${scope} --force`,
  });
}

/** What stays, in words. */
function keeps(world: ServiceWorld, { memory }: Owned): string[] {
  const { context: { instance, system }, program } = world;
  const name = instance === DEFAULT_INSTANCE ? undefined : instance;
  const home = instanceHome({ home: memory.home, instance: name });
  const owner = statOf(system.files, home)?.uid;
  if (owner === undefined) return [];
  const isMade = owner !== 0 && world.account(program)?.uid === owner;
  const user = isMade ? `, and user ${program}, whose they are` : "";
  return [`"${home}" stays: configuration, database and logs${user}`];
}

async function takeAway(
  world: ServiceWorld,
  { target, owned, present }: { target: ServiceTarget; owned: Owned; present: string },
  notes: string[],
): Promise<void> {
  const { files } = world.context.system;
  const { active } = await unitState(world, target);
  if (active !== "inactive" && active !== "failed") await tell(world, target, { action: "stop" });
  await tell(world, target, { action: "disable" });
  await tell(world, target, { action: "clean" });
  try {
    if (owned.edited) {
      writeFileAtomic(files, `${target.path}.old`, present, 0o644);
      notes.push(`the edited text is in "${target.path}.old"`);
    }
    files.unlink(target.path);
  } catch (error) {
    throw systemError(["remove", target.path], error);
  }
  await tell(world, target, { action: "reread" });
  await tell(world, target, { action: "forget" });
  if (owned.memory.linger && !siblingLingers(world, target.path) && !await endLinger(world)) {
    notes.push("lingering could not be taken back: loginctl disable-linger");
  }
  if (target.manager === "systemd" && target.scope === "system") {
    files.removeDirectory(`/var/log/${target.unit.replace(/\.service$/, "")}`); // The unit's; only when nothing is in it.
  }
  for (const directory of (owned.memory.directories ?? []).toReversed()) files.removeDirectory(directory);
  const drops = `${target.path}.d`;
  if (statOf(files, drops) !== undefined) notes.push(`"${drops}" stays: it is not ours`);
}
