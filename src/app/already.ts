import { AppdError, cannot } from "../base/errors.ts";
import { shellWord } from "../base/shell_word.ts";
import type { ResolvedSetting } from "../config/config.ts";
import { ConfigError } from "../config/config_error.ts";
import { type InstanceState, readState } from "../instance/state_file.ts";
import { REDACTED } from "../logging/redact.ts";
import { delay } from "../system/clock.ts";
import type { Command } from "./command.ts";
import type { Context } from "./context.ts";
import { loadContextConfig } from "./load.ts";

/** Something that a start was given, and that the daemon which runs already does not have. */
export interface Ignored {
  /** `--port` */
  readonly option: string;
  readonly given: string;
  /** What the daemon has instead. */
  readonly runs: string;
}

/** What a start was given beside its settings, and who runs already. */
export interface AlreadyRuns {
  readonly command: Command | undefined;
  readonly pid: number;
}

/**
 * What a start asks for in vain, because the daemon runs already. A plain start asks for nothing, and reads nothing.
 *
 * @throws ConfigError (usage) for an option's value that is none; AppdError (locked) for a command that is not the one
 * that runs
 */
export async function ignoredBy(context: Context, { command, pid }: AlreadyRuns): Promise<readonly Ignored[]> {
  const asksSettings = Object.keys(context.flags).length > 0;
  const wanted = asksSettings ? await settingsUnder(context) : undefined;
  if (!asksSettings && command === undefined && !context.configFileExplicit) return [];
  const state = await writtenBy(context, pid);
  if (state === undefined) return [];
  if (command !== undefined) refuseOther(context, { command, state });
  const now = asksSettings
    ? await settingsUnder({ ...context, flags: state.flags, configFile: state.config_file })
    : undefined;
  return [
    ...otherPlaces(context, { command, state }),
    ...Object.keys(context.flags).flatMap((key) => otherSetting(key, { context, state, wanted, now })),
  ];
}

/** How long a daemon that is ready may take to write down how it was started, in milliseconds. */
const WRITING_MS = 1000;

/** How the daemon with this PID was started; undefined when it cannot write that down. */
async function writtenBy({ paths, system }: Context, pid: number): Promise<InstanceState | undefined> {
  const { clock, files } = system;
  for (const end = clock.monotonic() + WRITING_MS; clock.monotonic() < end; await delay(clock, 25)) {
    const state = readState(files, paths.state);
    if (state?.pid === pid) return state;
  }
  return undefined;
}

function refuseOther(
  { called }: Context,
  { command, state }: { readonly command: Command; readonly state: InstanceState },
): void {
  const line = lineOf(command.words);
  if (state.command !== null && lineOf(state.command.words) === line) return;
  const runs = state.command === null
    ? "with the programs of its configuration"
    : `with the command ${lineOf(state.command.words)}`;
  throw cannot(["start", called], `PID ${state.pid} runs already, ${runs}`, {
    exit: "locked",
    hint: `in its place: appd restart -- ${line}; or beside it: --name OTHER`,
  });
}

function lineOf(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

function otherPlaces(
  { configFile, configFileExplicit }: Context,
  { command, state }: { readonly command: Command | undefined; readonly state: InstanceState },
): Ignored[] {
  const config = { option: "--config", given: configFile, runs: state.config_file };
  const directory = { option: "the directory", given: command?.cwd ?? "", runs: state.command?.cwd ?? "" };
  return [...(configFileExplicit ? [config] : []), ...(command === undefined ? [] : [directory])]
    .filter(({ given, runs }) => given !== runs);
}

type Settings = ReadonlyMap<string, ResolvedSetting>;

/** Every setting; undefined where a file cannot be read, which is no concern of who only asks whether the daemon runs. */
async function settingsUnder(context: Context): Promise<Settings | undefined> {
  try {
    return (await loadContextConfig(context)).settings;
  } catch (error) {
    if (!(error instanceof AppdError) || error.exit === "usage") throw error;
    const options = error instanceof ConfigError ? error.problems.filter(({ place }) => place.kind === "option") : [];
    if (options.length > 0) throw new ConfigError(options);
    return undefined;
  }
}

interface Compared {
  readonly context: Context;
  readonly state: InstanceState;
  readonly wanted: Settings | undefined;
  readonly now: Settings | undefined;
}

function otherSetting(key: string, { context, state, wanted, now }: Compared): Ignored[] {
  const given = context.flags[key] ?? "";
  if (given === state.flags[key]) return [];
  const setting = wanted?.get(key);
  const [asked, runs] = [setting?.layers[0], now?.get(key)?.layers[0]];
  if (runs !== undefined && JSON.stringify(asked?.value) === JSON.stringify(runs.value)) return [];
  const option = `--${setting?.named.flag ?? key}`;
  if (setting?.named.setting.secret) return [{ option, given: REDACTED, runs: REDACTED }];
  const text = runs === undefined ? state.flags[key] : printed(runs.raw);
  return [{ option, given, runs: text ?? "another" }];
}

function printed(raw: unknown): string {
  return typeof raw === "string" ? raw : JSON.stringify(raw);
}
