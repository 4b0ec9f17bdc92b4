import { exitCode } from "../base/exit_codes.ts";
import type { StatusReport } from "../base/status_report.ts";

/** Exit code of a running daemon under `--strict`. */
export function strictCode(report: Pick<StatusReport, "state" | "health">): number {
  if (report.state === "starting" || report.state === "degraded" || report.state === "stopping") {
    return exitCode(report.state);
  }
  return report.health === "degraded" ? exitCode("degraded") : 0;
}
