import type { ReloadChange } from "../base/reload_reports.ts";
import { diffConfig } from "../config/diff.ts";
import type { Loaded } from "./load.ts";

/** Keys of the settings that only a restart takes up, and that are not what the daemon began with. */
export function needsRestart(began: Loaded, { config, schema }: Loaded): string[] {
  return diffConfig(began.config, config, schema).filter(waits).map(({ key }) => key);
}

/**
 * What a reload changes. A setting that only a restart takes up is compared with that of the start, which is what runs:
 * told again as long as it waits, and not when the old value is back.
 */
export function reloadChanges(
  began: Loaded,
  { before, next }: { readonly before: Loaded; readonly next: Loaded },
): ReloadChange[] {
  const now = diffConfig(before.config, next.config, next.schema).filter((change) => !waits(change));
  const late = diffConfig(began.config, next.config, next.schema).filter(waits);
  return [...now, ...late].map(({ key, effect }) => ({ key, effect }));
}

function waits({ effect }: Pick<ReloadChange, "effect">): boolean {
  return effect === "needs restart";
}
