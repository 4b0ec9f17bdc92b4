import type { Timing } from "./job_spec.ts";

/** Every `ms` milliseconds before and after `anchor`, wall time in milliseconds. */
export function intervalTiming(ms: number, anchor: number): Timing {
  const steps = (time: number) => Math.floor((time - anchor) / ms);
  return {
    next: (time) => anchor + (steps(time) + 1) * ms,
    count: (after, until) => Math.max(0, steps(until) - steps(after)),
  };
}
