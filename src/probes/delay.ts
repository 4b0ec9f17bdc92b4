import type { Clock } from "../system/clock.ts";
import { humanDuration } from "../base/duration.ts";
import type { Probe } from "./probe.ts";

/** Good once a life is `ms` milliseconds old. */
export function delayed(ms: number, clock: Pick<Clock, "after">): Probe {
  return (tell) => clock.after(ms, () => tell({ ok: true, why: `alive for ${humanDuration(ms)}`, decisive: true }));
}
