import { type AppdError, cannot } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

/** The error for a name that no program has, with the nearest one and the list. */
export function noSuchProgram(verb: string, asked: { name: string; known: readonly string[] }): AppdError {
  const { name, known } = asked;
  const near = nearest(name, known);
  const all = known.length === 0 ? "there are no programs" : `programs: ${known.join(", ")}`;
  return cannot([verb, name], "no such program", {
    exit: "generic",
    hint: near === undefined ? all : `did you mean "${near}"? ${all}`,
  });
}
