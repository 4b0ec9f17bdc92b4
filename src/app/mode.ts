import type { LeftOut } from "../base/reports.ts";
import type { Context } from "./context.ts";
import type { Mode } from "./kit/app.ts";
import type { OwnParts } from "./kit/own_parts.ts";

/** What stands where a mode could, and means that everything runs. No mode has this name. */
export const EVERYTHING = "all";

/** The mode that runs; undefined: everything does. */
export function modeOf({ app, mode }: Pick<Context, "app" | "mode">): Mode | undefined {
  return app.modes.find(({ name }) => name === mode);
}

/** The mode as reports have it: its name, null where everything runs, and nothing at all where the app has no modes. */
export function modeReport(context: Pick<Context, "app" | "mode">): { readonly mode?: string | null } {
  return context.app.modes.length === 0 ? {} : { mode: modeOf(context)?.name ?? null };
}

/** The services that do not run, as reports have them: by the mode, or as the configuration has it. */
export function leftOutReport(
  context: Pick<Context, "app" | "mode">,
  { services, wanted }: Pick<OwnParts, "services" | "wanted">,
): { readonly left_out?: readonly LeftOut[] } {
  const ofMode = modeOf(context)?.services;
  const running = new Set(wanted.map(({ name }) => name));
  const missing = services.filter(({ name }) => !running.has(name)).map(({ name }): LeftOut => ({
    name,
    by: ofMode === undefined || ofMode.includes(name) ? "configuration" : "mode",
  }));
  return missing.length === 0 ? {} : { left_out: missing };
}
