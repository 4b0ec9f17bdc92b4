import { dirname } from "node:path";
import { systemError } from "../../base/errors.ts";
import { changedLines, type Found, type Memory, withMark } from "../../service/ownership.ts";
import { type Files, writeFileAtomic } from "../../system/files.ts";
import { statOf } from "../doctor/seen.ts";
import { accountOf, makeAccount, makeHome } from "./account.ts";
import { checkBinary, checkExecutable } from "./binary.ts";
import { endLinger, letLinger, ownName, siblingLingers, userManagerUp } from "./linger.ts";
import { managerOf } from "./manager.ts";
import { type Plan, planService, requireOurs, requirePermission, requireSingle, type ServiceQuestion } from "./plan.ts";
import { type ServiceWorld, tell } from "./ports.ts";
import { placeOf } from "./place.ts";
import { unitState } from "./unit_state.ts";

/** How a service is to be installed. */
export interface InstallWish extends ServiceQuestion {
  /** Start it at boot, or when its user logs in; only asked for when it is new. */
  readonly enable: boolean;
  /** Only say what would be done. */
  readonly dryRun: boolean;
  /** Write over what was edited by hand; the edited text is kept beside it. */
  readonly force: boolean;
}

/** What came of it. */
export interface InstallResult {
  readonly unit: string;
  readonly path: string;
  readonly scope: "system" | "user";
  /** What was there before. */
  readonly found: Found;
  /** Something was written, or would have been. */
  readonly changed: boolean;
  /** Lines that differ from what was there, `+` and `-`. */
  readonly changes: readonly string[];
  /** What else was done, or has to be. */
  readonly notes: readonly string[];
}

/**
 * Makes the instance known to its service manager. What is there and as it should be is left untouched; what is not ours,
 * or was edited, too. When it fails half-way, a new file is taken away again.
 *
 * Without a service manager a dry run shows what would be written for systemd.
 *
 * @throws AppdError (notRunning) without a service manager, (noPermission), (cannotCreate) when the place is taken
 */
export async function installService(world: ServiceWorld, wish: InstallWish): Promise<InstallResult> {
  if (!wish.dryRun) requirePermission(world, { verb: "install", target: placeOf(world, wish).target });
  const plan = await planService(world, { ...wish, otherwise: wish.dryRun ? "systemd" : undefined });
  const isForElsewhere = managerOf(world.context.system) === undefined; // Where the program is here says nothing then.
  if (!isForElsewhere) checkBinary(world, plan.definition);
  const account = accountOf(world, plan.definition, plan.manager);
  if (account.kind === "there" && !isForElsewhere) checkExecutable(world, plan.definition, account.account);
  requireOurs(plan, world, wish.force || wish.dryRun);
  requireSingle(world, plan);
  const notes: string[] = [];
  if (isForElsewhere) notes.push("no service manager runs here: that is for systemd");
  if (account.kind === "missing") {
    if (!wish.dryRun && plan.found !== "same") await makeAccount(world, plan.definition, plan.manager);
    notes.push(`the service runs as user ${account.user}, which ${wish.dryRun ? "would be" : "was"} made for it`);
  }
  if (!wish.dryRun && plan.found === "same") await refresh(world, plan);
  else if (!wish.dryRun) await write(world, { plan, enable: wish.enable && plan.definition.atBoot !== false, notes });
  const { target: { unit, path, scope }, found, present = "", text } = plan;
  return { unit, path, scope, found, changed: found !== "same", changes: changedLines(present, text), notes };
}

/** An install that was cut off may not have come to the point of telling the manager. */
async function refresh(world: ServiceWorld, { target }: Plan): Promise<void> {
  if ((await unitState(world, target)).stale) await tell(world, target, { action: "reread" });
}

interface Writing {
  readonly plan: Plan;
  readonly enable: boolean;
  readonly notes: string[];
}

async function write(world: ServiceWorld, { plan, enable, notes }: Writing): Promise<void> {
  const { files } = world.context.system;
  const { target, definition, found } = plan;
  const made = missingDirectories(files, dirname(target.path));
  if (plan.manager === "systemd" && await makeHome(world, definition)) notes.push(`made "${definition.home}" for it`);
  const lingering = await linger(world, plan, notes);
  const isNew = found === "nothing";
  try {
    writeUnit(world, { plan, notes, made, isLingerOurs: lingering.isOurs });
    await tell(world, target, { action: "reread" });
    if (isNew && enable) await tell(world, target, { action: "enable" });
  } catch (error) {
    if (isNew) {
      takeBack(files, target.path, made);
      if (lingering.isNew) await endLinger(world);
    }
    throw error;
  }
}

interface UnitWriting {
  readonly plan: Plan;
  readonly notes: string[];
  /** Directories that have to be made. */
  readonly made: readonly string[];
  readonly isLingerOurs: boolean;
}

function writeUnit(world: ServiceWorld, { plan, notes, made, isLingerOurs }: UnitWriting): void {
  const { files } = world.context.system;
  const { target: { path }, body, mode, found, present = "" } = plan;
  const memory: Memory = {
    ...plan.memory,
    ...(isLingerOurs ? { linger: true } : {}),
    ...(made.length > 0 ? { directories: [...(plan.memory.directories ?? []), ...made] } : {}),
  };
  try {
    if (found === "edited") {
      writeFileAtomic(files, `${path}.old`, present, mode);
      notes.push(`the edited text is in "${path}.old"`);
    }
    files.makeDirectory(dirname(path), 0o755);
    writeFileAtomic(files, path, withMark(body, { program: world.program, memory }), mode);
    files.chmod(path, mode); // Whatever the umask.
  } catch (error) {
    throw systemError(["write", path], error);
  }
}

function takeBack(files: Files, path: string, made: readonly string[]): void {
  files.unlink(path);
  for (const directory of made.toReversed()) files.removeDirectory(directory);
}

/** What is to be known of lingering afterwards: whether it is ours to undo, and whether it was set just now. */
interface LingerSet {
  readonly isOurs: boolean;
  readonly isNew: boolean;
}

async function linger(world: ServiceWorld, { manager, target, memory }: Plan, notes: string[]): Promise<LingerSet> {
  if (manager !== "systemd" || target.scope !== "user") return { isOurs: false, isNew: false };
  const came = await letLinger(world);
  if (came === "set") {
    notes.push(`user ${ownName(world)} lingers from now on: the service runs without a session, and starts at boot`);
  }
  if (came === "refused") {
    const name = ownName(world);
    notes.push(`it ends with the last session of ${name}; to let it run always: sudo loginctl enable-linger ${name}`);
  } else await userManagerUp(world);
  const isNew = came === "set";
  return { isNew, isOurs: isNew || memory.linger === true || siblingLingers(world, target.path) };
}

/** Those above a file that are not there yet, outermost first. */
function missingDirectories(files: Pick<Files, "stat">, directory: string): string[] {
  if (statOf(files, directory) !== undefined || dirname(directory) === directory) return [];
  return [...missingDirectories(files, dirname(directory)), directory];
}
