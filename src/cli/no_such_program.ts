import { type AppdError, cannot } from "../base/errors.ts";
import { absenceOf } from "../base/left_out.ts";
import { nearest } from "../base/nearest.ts";
import type { StatusReport } from "../base/status_report.ts";

/** What was asked for, and what there is. */
export interface UnknownName {
  readonly name: string;
  readonly known: readonly string[];
  /** What else it could be the name of, one of each: `job`. */
  readonly or?: readonly string[];
  /** What the daemon says of itself, where it was asked. */
  readonly status?: Pick<StatusReport, "mode" | "left_out">;
}

/** The error for a name that no program has, with the nearest one and the list, or with who left it out. */
export function noSuchProgram(verb: string, { name, known, or = [], status = {} }: UnknownName): AppdError {
  const absence = absenceOf(name, status);
  if (absence !== undefined) return cannot([verb, name], absence.cause, { exit: "generic", hint: absence.hint });
  const near = nearest(name, known) ?? beginning(name, known);
  const one = listOf(["program", ...or], "or");
  const many = listOf(["program", ...or].map((kind) => `${kind}s`), "and");
  const all = known.length === 0 ? `there are no ${many}` : `${many}: ${known.join(", ")}`;
  return cannot([verb, name], `no such ${one}`, {
    exit: "generic",
    hint: near === undefined ? all : `did you mean "${near}"? ${all}`,
  });
}

/** The name that goes on after what was typed, as `lane-left` after `lane`. */
function beginning(name: string, known: readonly string[]): string | undefined {
  return name.length < 2 ? undefined : known.find((one) => one.startsWith(name));
}

/** `a`, `a or b`, `a, b or c` */
function listOf(words: readonly string[], last: "or" | "and"): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}
