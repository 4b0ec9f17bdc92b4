import { formatDuration } from "../../base/duration.ts";
import type { LoadResult } from "../../config/config.ts";
import { problemText } from "../../config/config_error.ts";
import { problemsOf } from "../../config/problems.ts";
import type { ProgramConfig } from "../../schema/appd_schema.ts";
import { type Flaw, type Reading, startReading } from "../../schema/kind.ts";
import { accountsOf, type Surroundings, warnOfCommand, warnOfProcess } from "../process_warnings.ts";

/**
 * What would keep programs from starting on this host, as it is now: a directory, a command, a file of variables, a user or
 * a group that is not there. Not an error: it can appear before the daemon starts, and the file may be meant for another
 * host. And what is promised to a program that a shutdown will not keep.
 */
export async function programWarnings(loaded: LoadResult, around: Surroundings): Promise<string[]> {
  const flaws: Flaw[] = [];
  const reading = startReading({ base: loaded.home, sink: (flaw) => void flaws.push(flaw) });
  const accounts = accountsOf(around.files);
  for (const [index, program] of loaded.config.programs.entries()) {
    const here = reading.at("program").at(index);
    warnOfProcess(program, { ...around, accounts, reading: here, noun: "program", commands: commandsOf(program) });
    warnOfShutdown(program, loaded.config.daemon, here);
  }
  for (const [index, { command }] of loaded.config.notifications.entries()) {
    const here = { reading: reading.at("notify").at(index), cwd: loaded.home, env: around.host.env };
    if (command !== undefined) warnOfCommand(["command"], command, here);
  }
  const problems = await problemsOf(flaws.map((flaw) => ({ flaw, from: "file" })), loaded.file);
  return problems.map(problemText);
}

/** What it runs, each with where that stands. */
export function commandsOf({ command, stopCommand, ready, live }: ProgramConfig) {
  return [
    { path: ["command"], command },
    ...(stopCommand === undefined ? [] : [{ path: ["stop_command"], command: stopCommand }]),
    ...(ready?.method.kind === "exec" ? [{ path: ["ready", "exec"], command: ready.method.command }] : []),
    ...(live?.method.kind === "exec" ? [{ path: ["live", "exec"], command: live.method.command }] : []),
  ];
}

/** The daemon's own end does not wait for the longest of its programs. */
function warnOfShutdown(
  { stopTimeout }: ProgramConfig,
  { shutdownTimeout }: LoadResult["config"]["daemon"],
  reading: Reading,
): void {
  if (stopTimeout <= shutdownTimeout) return;
  const [own, all] = [stopTimeout, shutdownTimeout].map(formatDuration);
  reading.warn(`is ${own}, and when the daemon stops, daemon.shutdown_timeout cuts it short (${all})`, {
    path: ["stop_timeout"],
    hint: `appd config set daemon.shutdown_timeout ${own}`,
  });
}
