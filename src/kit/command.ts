import type { ArgumentSpec, Example, Exits, OptionSpec } from "../cli/command.ts";
import type { OptionValue } from "../cli/invocation.ts";
import type { Output } from "../cli/output.ts";

/** What a command of an app is given. */
export interface CommandContext<C> {
  readonly arguments: readonly string[];
  /** By long name without dashes; durations in milliseconds, switches as true; absent when not given. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Where to answer: honours --json, --quiet, --no-color and a reader that went away. */
  readonly output: Output;
  /** Directory of the instance that the command line is about, absolute. */
  readonly home: string;
  readonly configFile: string;
  /** Reads the configuration, all layers merged. @throws ConfigError naming every problem */
  config(): Promise<C>;
  /**
   * Asks the running daemon over its control socket, and reads its answer as JSON.
   *
   * @param path such as `/api/v1/status`, or one of the app's own
   * @throws AppdError (notRunning) when no daemon runs; what an endpoint throws comes with its message, hint and exit code
   */
  ask<T>(path: string, init?: RequestInit): Promise<T>;
  /**
   * As {@link ask}, and hands on the answer as it is, whatever its status and type: its body may be a stream.
   *
   * @throws AppdError (notRunning) when no daemon runs
   */
  request(path: string, init?: RequestInit): Promise<Response>;
}

/** A command of an app, as data: help, completions, man page and usage errors are made from it too. */
export interface AppCommand<C> {
  readonly name: string;
  /** Other names; those with dashes (`--stats`) stand alone instead of it. */
  readonly aliases?: readonly string[];
  /** A phrase, lower case, no final period. */
  readonly summary: string;
  /** Paragraphs. */
  readonly description?: readonly string[];
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples?: readonly Example[];
  /** How it can end beside `ok` and `usage`. */
  readonly exits?: Exits;
  /** Absent on a command that only groups others. @returns the exit code; nothing is 0 */
  run?(context: CommandContext<C>): Promise<number | void> | number | void;
  readonly commands?: readonly AppCommand<C>[];
}
