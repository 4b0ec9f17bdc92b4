import { canonicalJson } from "../base/canonical.ts";
import type { ProgramPlan } from "../base/reload_reports.ts";
import { isTask, markOfUnit, type UnitSpec } from "./task_spec.ts";

/** A program or task as it is now. */
export interface Present {
  readonly spec: UnitSpec;
  /** Stopped by hand: a changed configuration is no reason to start it. */
  readonly isStopped: boolean;
}

/**
 * What has to be done so that `present` agrees with `wanted`: pure, so that it can be shown before it is done.
 *
 * @returns program names, in the order of `wanted`; those to stop in the order of `present`
 */
export function planOf(present: readonly Present[], wanted: readonly UnitSpec[]): ProgramPlan {
  const known = new Map(present.map((one) => [one.spec.name, one]));
  const next = new Map(wanted.map((spec) => [spec.name, spec]));
  const plan = { start: [], stop: [], restart: [], update: [], keep: [] } as Record<keyof ProgramPlan, string[]>;
  plan.stop.push(...present.filter(({ spec }) => !isSameKind(spec, next.get(spec.name))).map(({ spec }) => spec.name));
  for (const spec of wanted) plan[stepFor(spec, known.get(spec.name))].push(spec.name);
  return plan;
}

/** A service that has the name of a former program, or the other way round, is another thing. */
function isSameKind(before: UnitSpec, after: UnitSpec | undefined): boolean {
  return after !== undefined && isTask(before) === isTask(after);
}

function stepFor(spec: UnitSpec, present: Present | undefined): keyof ProgramPlan {
  if (present === undefined || !isSameKind(present.spec, spec)) return "start";
  if (canonicalJson(present.spec) === canonicalJson(spec)) return "keep";
  return markOfUnit(present.spec) === markOfUnit(spec) || present.isStopped ? "update" : "restart";
}
