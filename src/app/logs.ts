import type { LogFields, Logger, LogLevel } from "../base/logger.ts";
import { isGiven, type LoadResult } from "../config/config.ts";
import { type Compressor, createCompressor } from "../logging/compressor.ts";
import { createLineWriter } from "../logging/line_writer.ts";
import { createLogging, type Logging } from "../logging/logging.ts";
import { openRotatingFile } from "../logging/open_rotating_file.ts";
import type { ProgramLog, ProgramOutput } from "../programs/program_spec.ts";
import { stderrIsJournal } from "../system/stdio_target.ts";
import { systemStderr } from "../system/stdio.ts";
import type { Context } from "./context.ts";
import { loggingConfig, type Standing } from "./log_settings.ts";

/** The daemon's log, and what the programs' logs are opened with. */
export interface Logs extends AsyncDisposable {
  readonly logging: Logging;
  readonly compressor: Compressor;
  /** Takes up changed settings. @throws AppdError when the new log file cannot be opened; the old one goes on */
  apply(loaded: LoadResult): void;
  /** Changes one level until the next reload; without `logger` the level of all that have none of their own. */
  setLevel(level: LogLevel, logger?: string): void;
  /** Keeps further records from a stderr that has none in JSON, where lines of the command line are no harm. @returns whether it did */
  leaveStderr(): boolean;
}

/** @throws AppdError when the log file cannot be opened */
export function openLogs(context: Context, options: { loaded: LoadResult; detached: boolean }): Logs {
  const { clock, files, host } = context.system;
  const standing: Standing = { detached: options.detached, journal: stderrIsJournal(host.env) };
  const settings = (loaded: LoadResult) => loggingConfig(loaded.config, standing, isGiven(loaded, "log.outputs"));
  const compressor = createCompressor({ files, clock });
  let current = settings(options.loaded);
  const logging = createLogging(current, {
    root: context.app.product.name,
    clock,
    files,
    stderr: systemStderr,
    compressor,
  });
  return {
    logging,
    compressor,
    apply(loaded) {
      const next = settings(loaded);
      logging.apply(next);
      current = next;
    },
    setLevel(level, logger) {
      current = logger === undefined
        ? { ...current, level }
        : { ...current, levels: { ...current.levels, [logger]: level } };
      logging.apply(current);
    },
    leaveStderr() {
      const { outputs, format } = current;
      if (format === "json" && outputs.includes("stderr")) return false;
      current = { ...current, outputs: outputs.filter((output) => output === "file") };
      logging.apply(current);
      return true;
    },
    async [Symbol.asyncDispose]() {
      await compressor[Symbol.asyncDispose]();
      await logging[Symbol.asyncDispose]();
    },
  };
}

/** Opens the log of one program or job; `who` names it where something goes wrong. @throws AppdError when it cannot be opened */
export function openProgramLog(
  context: Context,
  options: { settings: ProgramLog; who: LogFields; path: string; compressor: Compressor; log: Logger },
): ProgramOutput {
  const { clock, files } = context.system;
  const program = context.app.product.name;
  const { settings, who, path, compressor, log } = options;
  const file = openRotatingFile({
    path,
    policy: settings.policy,
    files,
    clock,
    compressor,
    log,
    program,
    complain: (text) => log.error(text, who),
  });
  return createLineWriter(file, { timestamp: settings.timestamp, clock, program });
}
