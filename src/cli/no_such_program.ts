import { type AppdError, cannot } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

/** What was asked for, and what there is. */
export interface UnknownName {
  readonly name: string;
  readonly known: readonly string[];
  /** The name of a job would do as well. */
  readonly orJob?: true;
}

/** The error for a name that no program has, with the nearest one and the list. */
export function noSuchProgram(verb: string, { name, known, orJob }: UnknownName): AppdError {
  const near = nearest(name, known);
  const [one, many] = orJob ? ["program or job", "programs and jobs"] : ["program", "programs"];
  const all = known.length === 0 ? `there are no ${many}` : `${many}: ${known.join(", ")}`;
  return cannot([verb, name], `no such ${one}`, {
    exit: "generic",
    hint: near === undefined ? all : `did you mean "${near}"? ${all}`,
  });
}
