import type { Timing } from "./job_spec.ts";

/** Every `ms` milliseconds from wherever it stands. */
export function intervalTiming(ms: number): Timing {
  return {
    next: (time) => time + ms,
    between(after, { until, most }) {
      const count = Math.max(0, Math.floor((until - after) / ms));
      const listed = Math.min(count, most);
      const newest = Array.from({ length: listed }, (_, i) => after + (count - listed + i + 1) * ms);
      return { count, newest, first: count === 0 ? undefined : after + ms };
    },
  };
}
