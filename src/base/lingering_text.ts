import { humanDuration } from "./duration.ts";
import type { LingeringRun } from "./job_reports.ts";

/** `the code of run 7 ignores its signal for 3m, and goes on`. @param now wall time in milliseconds */
export function lingeringText(lingering: readonly LingeringRun[], now: number): string {
  const [first] = lingering;
  const many = lingering.length === 1 ? `run ${first?.run}` : `runs ${lingering.map(({ run }) => run).join(" and ")}`;
  const age = humanDuration(Math.max(0, now - Date.parse(first?.since ?? "")));
  return `the code of ${many} ignores its signal for ${age}, and goes on`;
}
