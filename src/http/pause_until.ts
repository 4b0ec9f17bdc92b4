import { AppdError } from "../base/errors.ts";
import { type Clock, systemClock } from "../system/clock.ts";
import { instantIn } from "./query.ts";
import type { RouteParameter } from "./route.ts";

/** When a pause ends by itself. */
export const UNTIL: RouteParameter = {
  name: "until",
  in: "body",
  description: "when it goes on by itself; without it, when it is resumed",
  schema: { type: "string", format: "date-time" },
};

/** The end of a pause from a body, as the scheduler is told it. @throws AppdError (usage) for a time that has passed */
export function untilIn(
  { until }: Readonly<Record<string, unknown>>,
  clock: Pick<Clock, "now"> = systemClock,
): { readonly until?: number } {
  if (until === undefined || until === null) return {};
  const at = instantIn("until", until);
  if (at > clock.now()) return { until: at };
  throw new AppdError(`until must be in the future, and ${until} has passed`, { exit: "usage" });
}
