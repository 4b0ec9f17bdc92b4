import { AppdError } from "../base/errors.ts";
import type { ReloadChange, ReloadResult } from "../base/reports.ts";
import { ConfigError } from "../config/config_error.ts";
import { diffConfig } from "../config/diff.ts";
import type { LoadResult } from "../config/config.ts";
import type { Supervisor } from "../programs/supervisor.ts";
import type { Context } from "./context.ts";
import { loadContextConfig } from "./load.ts";
import type { Logs } from "./logs.ts";
import type { Command } from "./command.ts";
import { programSpecs } from "./program_specs.ts";
import type { ProgramUsage } from "./usage.ts";

/** What a reload changes. */
export interface Reloadable {
  readonly logs: Logs;
  readonly supervisor: Supervisor;
  readonly usage: ProgramUsage;
  readonly command: Command | undefined;
  /** What holds until now. */
  readonly before: LoadResult;
}

/**
 * Reads the configuration and applies it. Everything that can be refused is tried before anything is changed; when it is
 * refused, the old configuration stays.
 *
 * @returns what became of each key, and the configuration that holds from now on
 */
export async function applyReload(
  context: Context,
  target: Reloadable,
): Promise<{ result: ReloadResult; loaded: LoadResult }> {
  const { before, logs, supervisor, usage } = target;
  try {
    const next = await loadContextConfig(context);
    const specs = programSpecs(next, { files: context.system.files, command: target.command });
    logs.apply(next);
    await supervisor.apply(specs);
    await usage.follow(specs);
    const changes: ReloadChange[] = diffConfig(before.config, next.config, next.schema).map(({ key, effect }) => ({
      key,
      effect,
    }));
    return { result: { ok: true, changes, error: null }, loaded: next };
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    const text = error instanceof ConfigError ? error.summary : error.message;
    return { result: { ok: false, changes: [], error: text }, loaded: before };
  }
}
