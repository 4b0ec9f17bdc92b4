import { cannot } from "../../base/errors.ts";
import type { Scope } from "../../service/definition.ts";
import { isSamePath, type Owned, readOwned } from "../../service/ownership.ts";
import type { ServiceTarget } from "../../service/manager_commands.ts";
import { isHomeGiven } from "../context.ts";
import { presentText, serviceTarget } from "./installed.ts";
import { defaultScope, requireManager } from "./manager.ts";
import type { ServiceWorld } from "./ports.ts";

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
  const { context: { app: { product }, system, instance }, program } = world;
  const whose = scope ?? defaultScope(system);
  const manager = requireManager(system, { program, scope: whose });
  const target = serviceTarget(system, { product, instance, manager, scope: whose });
  const present = presentText(system.files, target.path);
  const owned = present === undefined ? undefined : readOwned(present);
  return { target, present, owned };
}

/** Whether somebody named a home, and the service is one for another. */
export function isElsewhere({ context }: ServiceWorld, { memory }: Owned): boolean {
  return isHomeGiven(context) && !isSamePath(memory.home, context.paths.root);
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
