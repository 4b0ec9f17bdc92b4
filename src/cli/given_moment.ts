import { type Invocation, textOf } from "./invocation.ts";
import { parseComing, parsePast } from "./moment.ts";
import { usageError } from "./usage.ts";

/**
 * The moment that an option names, a duration counting back from `now`, a time of day the last one; undefined without it.
 *
 * @throws AppdError (usage)
 */
export function pastOf(invocation: Invocation, option: string, now: number): number | undefined {
  return momentOf(invocation, option, { read: parsePast, now, example: "10m" });
}

/** The same with a duration counting from `now` on, or a time of day. @throws AppdError (usage) */
export function comingOf(invocation: Invocation, option: string, now: number): number | undefined {
  return momentOf(invocation, option, { read: parseComing, now, example: "2h" });
}

interface Reading {
  readonly read: (text: string, now: number) => number | undefined;
  readonly now: number;
  readonly example: string;
}

function momentOf(invocation: Invocation, option: string, { read, now, example }: Reading): number | undefined {
  const text = textOf(invocation, option);
  if (text === undefined) return undefined;
  const at = read(text, now);
  if (at !== undefined) return at;
  throw usageError(
    `cannot use option "--${option}": "${text}" is no time`,
    `for example: --${option} ${example}, --${option} 18:00, or --${option} 2025-11-01T10:30:00Z`,
  );
}
