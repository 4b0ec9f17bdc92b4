import { canonicalJson } from "../base/canonical.ts";
import type { ProgramPlan } from "../base/reports.ts";
import { type ProgramSpec, specMark } from "./program_spec.ts";

/** A program as it is now. */
export interface Present {
  readonly spec: ProgramSpec;
  /** Stopped by hand: a changed configuration is no reason to start it. */
  readonly isStopped: boolean;
}

/**
 * What has to be done so that `present` agrees with `wanted`: pure, so that it can be shown before it is done.
 *
 * @returns program names, in the order of `wanted`; those to stop in the order of `present`
 */
export function planOf(present: readonly Present[], wanted: readonly ProgramSpec[]): ProgramPlan {
  const known = new Map(present.map((one) => [one.spec.name, one]));
  const names = new Set(wanted.map(({ name }) => name));
  const plan = { start: [], stop: [], restart: [], update: [], keep: [] } as Record<keyof ProgramPlan, string[]>;
  plan.stop.push(...[...known.keys()].filter((name) => !names.has(name)));
  for (const spec of wanted) plan[stepFor(spec, known.get(spec.name))].push(spec.name);
  return plan;
}

function stepFor(spec: ProgramSpec, present: Present | undefined): keyof ProgramPlan {
  if (present === undefined) return "start";
  if (canonicalJson(present.spec) === canonicalJson(spec)) return "keep";
  return specMark(present.spec) === specMark(spec) || present.isStopped ? "update" : "restart";
}
