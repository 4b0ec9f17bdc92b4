import { AppdError } from "../../base/errors.ts";
import type { Scope } from "../../service/definition.ts";
import { isSamePath } from "../../service/ownership.ts";
import type { Context } from "../context.ts";
import { type InstalledUnit, systemdUnits } from "../doctor/look_units.ts";
import { type Installed, installedServices } from "./installed.ts";
import { planService } from "./plan.ts";
import { type ServiceWorld, serviceWorld } from "./ports.ts";
import { isElsewhere, type ServiceChoice } from "./place.ts";
import { unitState } from "./unit_state.ts";

/** One service as it is installed. */
export interface InstalledReport {
  readonly unit: string;
  readonly path: string;
  readonly scope: Scope;
  readonly enabled: boolean;
  /** `active`, `inactive`, `failed`, …, in systemd's words. */
  readonly active: string;
  readonly pid: number | null;
  /** What stands after `--home`. */
  readonly home: string;
  /** Somebody has changed the file since. */
  readonly edited: boolean;
  /** It is not what this binary would write; null when that cannot be known. */
  readonly differs: boolean | null;
}

/** The services of this instance that are installed; empty when none is. */
export async function installedReports(world: ServiceWorld, { scope }: ServiceChoice): Promise<InstalledReport[]> {
  const { app: { product }, system, instance } = world.context;
  const found = installedServices(system, { product, instance })
    .filter(({ target, owned }) => (scope === undefined || target.scope === scope) && !isElsewhere(world, owned));
  return await Promise.all(found.map((one) => reportOf(world, one)));
}

async function reportOf(world: ServiceWorld, installed: Installed): Promise<InstalledReport> {
  const { target, owned, text } = installed;
  const { enabled, active, pid } = await unitState(world, target);
  const wanted = await wantedText(world, installed);
  const { unit, path, scope } = target;
  const differs = wanted === undefined ? null : wanted !== text;
  return { unit, path, scope, enabled, active, pid, home: owned.memory.home, edited: owned.edited, differs };
}

/** What this binary would write in its place; undefined when it cannot say, such as with an invalid configuration. */
async function wantedText(world: ServiceWorld, { target }: Installed): Promise<string | undefined> {
  try {
    return (await planService(world, { scope: target.scope })).text;
  } catch (error) {
    if (error instanceof AppdError) return undefined;
    throw error;
  }
}

/**
 * For the doctor: the units of this instance that systemd has, with what this binary would write in the place of ours.
 * Units that somebody else has made are among them, so that also these are found to start another binary.
 */
export async function installedServiceUnits(context: Context): Promise<InstalledUnit[]> {
  const world = serviceWorld(context);
  const ours = installedServices(context.system, { product: context.app.product, instance: context.instance })
    .filter(({ owned }) => isSamePath(owned.memory.home, context.paths.root));
  const made = await Promise.all(ours.map(async (one) => {
    const wanted = await wantedText(world, one);
    const { path, scope } = one.target;
    return { path, scope, text: one.text, isOurs: true as const, ...(wanted === undefined ? {} : { wanted }) };
  }));
  const known = new Set(made.map(({ path }) => path));
  return [...made, ...systemdUnits(context).filter(({ path }) => !known.has(path))];
}
