import type { Context } from "../../app/context.ts";
import { daemonLog, logPlace } from "../../app/log_places.ts";
import { escapeControls } from "../../base/escape.ts";
import { LOG_LEVELS, type LogLevel } from "../../base/logger.ts";
import { listArchives } from "../../logging/archives.ts";
import { followLog, type LogQuery, readLog } from "../../logging/read_log.ts";
import { contextOf } from "../context_of.ts";
import { pastOf } from "../given_moment.ts";
import { type Invocation, isOn, numberOf, textOf } from "../invocation.ts";
import { createLinePrinter } from "../line_printer.ts";
import { noSuchProgram } from "../no_such_program.ts";
import { usageError } from "../usage.ts";
import type { VerbInput } from "../verb.ts";

const DEFAULT_LINES = 50;

/** Shows the end of a log, its archives included, and goes on with `--follow`. */
export async function logs(input: VerbInput): Promise<number> {
  const { invocation, output, program, system } = input;
  const { path, logger } = await placeOf(input, contextOf(input));
  const query = { ...queryOf(invocation, system.clock.now()), logger };
  noteIfEmpty(input, path);
  const print = createLinePrinter(output);
  const complain = (text: string) => output.note(`${program.name}: ${escapeControls(text)}`);
  const lines = isOn(invocation, "follow")
    ? followLog(path, output.gone, { query, complain })
    : readLog(path, query, { complain });
  for await (const line of lines) {
    print(line);
    if (output.gone.aborted) break;
  }
  return 0;
}

function queryOf(invocation: Invocation, now: number): LogQuery {
  const since = pastOf(invocation, "since", now);
  const level = textOf(invocation, "level");
  const grep = textOf(invocation, "grep");
  return {
    lines: numberOf(invocation, "lines") ?? (since === undefined ? DEFAULT_LINES : Infinity),
    ...(since === undefined ? {} : { since }),
    ...(level === undefined ? {} : { level: levelOf(level) }),
    ...(grep === undefined ? {} : { grep: patternOf(grep) }),
  };
}

function levelOf(text: string): LogLevel {
  return LOG_LEVELS.find((level) => level === text) ?? "warn"; // The table lets only `warning` through beside them.
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, "u");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw usageError(
      `cannot use option "--grep": ${error.message}`,
      "quote what is meant literally, such as \\[ or \\.",
    );
  }
}

async function placeOf({ invocation }: VerbInput, context: Context): Promise<{ path: string; logger?: string }> {
  const name = invocation.arguments[0];
  if (name === undefined) return { path: await daemonLog(context) };
  const { path, names, logger } = await logPlace(context, name);
  if (path !== undefined) return { path, ...(logger === undefined ? {} : { logger }) };
  throw noSuchProgram("show the log of", { name, known: names, or: ["job"] });
}

/** Silence needs a word to a person, who may think of a slip of theirs. */
function noteIfEmpty({ invocation, output, program, system }: VerbInput, path: string): void {
  const [name = "the daemon"] = invocation.arguments;
  if (!output.terminal || output.json) return;
  const { files } = system;
  if ((files.stat(path)?.size ?? 0) > 0 || listArchives(files, path).length > 0) return;
  output.note(`${program.name}: ${escapeControls(name)} has not written anything yet`);
}
