import type { Context } from "./context.ts";
import type { Mode } from "./kit/app.ts";

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
