/**
 * The kit's door for tests: an app's daemon inside the test's own process, on a clock that the test moves.
 *
 * Everything but time is real: configuration, lock, log, database, scheduler, endpoints. The network is not touched:
 * requests go straight to the routes, and the control socket is in the daemon's temporary home.
 *
 * @module
 */
export type { HealthReport } from "../base/health_reports.ts";
export type { ReloadResult } from "../base/reload_reports.ts";
export type { StatusReport } from "../base/status_report.ts";
export { TestClock } from "./test_clock.ts";
export { startApp, type StartOptions, type TestDaemon } from "./test_daemon.ts";
export { until, type Waiting } from "../system/until.ts";
