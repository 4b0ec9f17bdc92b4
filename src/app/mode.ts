import { cannot } from "../base/errors.ts";
import type { LeftOut } from "../base/status_report.ts";
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

/** The mode of before, and who would go on with it. */
export interface ModeBefore {
  /** Undefined: everything ran, or nothing did. */
  readonly before: string | undefined;
  readonly action: readonly [verb: string, object: string];
  /** How it came to its mode, before `the mode "web"`: `it runs in`. */
  readonly how: string;
  /** The command that says what shall run when given `--mode`. */
  readonly change: string;
  /** The commands that do it in a program that has no modes any more, and no `--mode`. */
  readonly anew: string;
}

/**
 * The mode that is asked for, else the one of before; {@link EVERYTHING} where that was asked for.
 *
 * @throws AppdError (config) when the one of before is not there any more, as after an upgrade: what it left out was left
 * out on purpose, so that not everything runs instead
 */
export function keptMode(
  { app, mode: asked }: Pick<Context, "app" | "mode">,
  { before, action, how, change, anew }: ModeBefore,
): string | undefined {
  const mode = asked ?? before;
  if (mode === undefined || mode === EVERYTHING || modeOf({ app, mode }) !== undefined) return mode;
  throw cannot(action, `${how} the mode "${mode}", which this program does not have`, {
    exit: "config",
    hint: app.modes.length === 0
      ? `it has no modes any more; to run everything: ${anew}`
      : `say what shall run: ${change} --mode ${EVERYTHING}`,
  });
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
