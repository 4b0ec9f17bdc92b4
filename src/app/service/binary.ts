import { dirname } from "node:path";
import { cannot } from "../../base/errors.ts";
import type { ServiceDefinition } from "../../service/definition.ts";
import type { Account } from "../../system/accounts.ts";
import { statOf, targetOf, unlessRefused } from "../doctor/seen.ts";
import type { ServiceWorld } from "./ports.ts";

/** Places that are empty after a boot. */
const FLEETING = /^\/(run|dev|proc|tmp|var\/tmp|private\/tmp)\//;

/**
 * Refuses a program that a service must not start: one that is not there, that is gone after a boot, that anybody could
 * replace, or that the service's user may not execute.
 *
 * @throws AppdError (usage, noPermission)
 */
export function checkBinary(world: ServiceWorld, { binary, program }: ServiceDefinition): void {
  const { files } = world.context.system;
  const refuse = (cause: string, exit: "usage" | "noPermission") =>
    cannot(["install", binary], cause, {
      exit,
      hint: `put it where only root can write, for example /usr/local/bin/${program}, or name another: --binary FILE`,
    });
  const real = unlessRefused(() => files.realPath(binary));
  if (real === undefined) throw refuse("no such file", "usage");
  const stat = targetOf(files, real);
  if (stat?.kind !== "file" || (stat.mode & 0o111) === 0) throw refuse("it is not a program", "usage");
  if (FLEETING.test(real)) throw refuse("what is there does not outlive a boot", "usage");
  const open = lineage(real).find((place) => ((statOf(files, place)?.mode ?? 0) & 0o002) !== 0);
  if (open !== undefined) throw refuse(`everybody can write ${open === real ? "it" : `"${open}"`}`, "noPermission");
}

/** @throws AppdError (noPermission) when the user of the service may not execute the program */
export function checkExecutable(world: ServiceWorld, { binary, program }: ServiceDefinition, account: Account): void {
  const closed = world.closedPart(binary, account);
  if (closed === undefined) return;
  throw cannot(
    ["install", binary],
    `user ${account.name} may not ${closed === binary ? "execute it" : `enter "${closed}"`}`,
    {
      exit: "noPermission",
      hint: `put it where everybody can read, for example /usr/local/bin/${program}, or use --run-as USER`,
    },
  );
}

function lineage(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...lineage(parent)];
}
