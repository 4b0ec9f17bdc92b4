import type { HealthReport } from "../../base/health_reports.ts";
import type { StatusReport } from "../../base/status_report.ts";

/** What is asked of a daemon, one after the other. */
export interface Asked {
  status(): Promise<StatusReport>;
  health(): Promise<Pick<HealthReport, "status" | "checks">>;
}

/** Times that both are asked. One whose health changes all the time is told as it was found last. */
const TRIES = 3;

/**
 * The status and the checks of a daemon. A check that turns between the two answers would make one answer that contradicts
 * itself, such as "ready: the check fails": then both are asked again.
 */
export async function ofOneMoment(
  { status, health }: Asked,
): Promise<{ readonly status: StatusReport; readonly checks: HealthReport["checks"] }> {
  for (let tries = 1;; tries++) {
    const report = await status();
    const { status: verdict, checks } = await health();
    if (verdict === report.health || tries === TRIES) return { status: report, checks };
  }
}
