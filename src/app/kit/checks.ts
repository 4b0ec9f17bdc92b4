import { cannot } from "../../base/errors.ts";
import { parseDuration } from "../../base/duration.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { CheckOptions, Health } from "../../health/health.ts";
import type { App, Check } from "./app.ts";
import { type KitFor, withMore } from "./create_kit.ts";

/** Checks of the daemon's own, whether or not they are there at the moment. */
const TAKEN: ReadonlySet<string> = new Set(["log", "programs", "zombies", "database", "jobs", "history"]);
const REPOSITORY = /^repository /;

const TIMEOUT_MS = 5000;

/** A check of the app, ready to be added. */
export interface AppCheck {
  readonly name: string;
  readonly options: CheckOptions;
}

/**
 * The checks of an app.
 *
 * @throws AppdError (config) when the name of one is taken, or its timeout is no duration
 */
export function appChecks({ product, checks }: Pick<App, "product" | "checks">, kitFor: KitFor): AppCheck[] {
  return checks.map((check) => {
    const { name, critical = true } = check;
    if (TAKEN.has(name) || REPOSITORY.test(name)) {
      throw cannot(["take up the check", name], "a built-in check has this name", {
        exit: "config",
        hint: `give the check of ${product.name} another name`,
      });
    }
    return { name, options: { critical, timeoutMs: timeoutOf(check), check: runOf(check, kitFor) } };
  });
}

function timeoutOf({ name, timeout }: Check<Config>): number {
  if (timeout === undefined) return TIMEOUT_MS;
  const ms = parseDuration(timeout);
  if (ms !== undefined && ms > 0) return ms;
  throw cannot(["take up the check", name], `its timeout is "${timeout}", expected a duration`, {
    exit: "config",
    hint: 'write one such as "5s"',
  });
}

function runOf(check: Check<Config>, kitFor: KitFor): CheckOptions["check"] {
  const kit = kitFor(`checks.${check.name}`);
  return (signal) => check.check(withMore(kit, { signal }));
}

/** Adds the checks. They end with the health. */
export function addAppChecks(health: Health, checks: readonly AppCheck[]): void {
  for (const { name, options } of checks) health.add(name, options);
}
