import { AppdError } from "../../base/errors.ts";
import type { Scope } from "../../service/definition.ts";
import type { InstalledUnit } from "../doctor/look_units.ts";
import { type Installed, installedServices } from "./installed.ts";
import { planService } from "./plan.ts";
import type { ServiceWorld } from "./ports.ts";
import { isElsewhere, type ServiceChoice } from "./uninstall.ts";
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
  const { context: { system, instance }, program } = world;
  const found = installedServices(system, { program, instance })
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

/** For the doctor: the units of this instance that we have installed, with what this binary would write. */
export async function installedUnits(world: ServiceWorld): Promise<InstalledUnit[]> {
  const { context: { system, instance }, program } = world;
  const found = installedServices(system, { program, instance }).filter(({ owned }) => !isElsewhere(world, owned));
  return await Promise.all(found.map(async (one) => {
    const wanted = await wantedText(world, one);
    const { path, scope } = one.target;
    return { path, scope, text: one.text, ...(wanted === undefined ? {} : { wanted }) };
  }));
}
