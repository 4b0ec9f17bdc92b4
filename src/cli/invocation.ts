import type { CommandSpec } from "./command.ts";

/** A value as the parser hands it on: durations in milliseconds and counts as numbers, switches as booleans. */
export type OptionValue = string | number | boolean;

/** One understood command line. */
export interface Invocation {
  /** Names that lead to the command, such as `["config", "set"]`; empty when the line names none. */
  readonly path: readonly string[];
  readonly command: CommandSpec | undefined;
  readonly arguments: readonly string[];
  /** By long name without dashes; absent when not given. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** The words after `--` where a command may follow; undefined without `--`. */
  readonly trailing: readonly string[] | undefined;
  /** Settings given as options, as text by dotted key. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Whether the switch `name` was given. */
export function isOn(invocation: Invocation, name: string): boolean {
  return invocation.options[name] === true;
}

/** The text given with option `name`. */
export function textOf(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name];
  return typeof value === "string" ? value : undefined;
}

/** The number given with option `name`: milliseconds of a duration, or a count. */
export function numberOf(invocation: Invocation, name: string): number | undefined {
  const value = invocation.options[name];
  return typeof value === "number" ? value : undefined;
}
