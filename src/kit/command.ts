import type { AskInit } from "../app/patience.ts";
import type { ArgumentSpec, Example, Exits, OptionSpec } from "../cli/command.ts";
import type { OptionValue } from "../cli/invocation.ts";
import type { Output } from "../cli/output.ts";

/** What a command of an app is given. */
export interface CommandContext<C> {
  readonly arguments: readonly string[];
  /**
   * The command's own, by long name without dashes; durations in milliseconds, switches as true. One that is not given has
   * its `default`, and is absent without one.
   */
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
   * @param init of it `timeoutMs`: the time for the whole answer, 30 s without it
   * @throws AppdError (notRunning) when no daemon runs, (unavailable) when there is no answer in time, (usage) for a path
   *   without its slash or a time of 0; what an endpoint throws comes with its message, hint and exit code; the reason of a signal in `init` that is aborted
   */
  ask<T>(path: string, init?: AskInit): Promise<T>;
  /**
   * As {@link ask}, and hands on the answer as it is, whatever its status and type: its body may be a stream, because
   * `timeoutMs` is only the time until it begins. A `signal` in `init` ends it at any time.
   *
   * @throws AppdError (notRunning) when no daemon runs, (unavailable) when no answer begins in time
   */
  request(path: string, init?: AskInit): Promise<Response>;
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
  /** How it can end beside `ok` and `usage`. With `notRunning` it asks the daemon, which may not answer: `unavailable` too. */
  readonly exits?: Exits;
  /** Absent on a command that only groups others. @returns the exit code; nothing is 0 */
  run?(context: CommandContext<C>): Promise<number | void> | number | void;
  readonly commands?: readonly AppCommand<C>[];
}
