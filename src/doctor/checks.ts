import { CLOCK_CHECKS } from "./check_clock.ts";
import { CONFIGURATION_CHECKS } from "./check_configuration.ts";
import { DAEMON_CHECKS } from "./check_daemon.ts";
import { DISK_CHECKS } from "./check_disk.ts";
import { FILE_CHECKS } from "./check_files.ts";
import { HOST_CHECKS } from "./check_host.ts";
import { LIMIT_CHECKS } from "./check_limits.ts";
import { SERVICE_CHECKS } from "./check_service.ts";
import { WAY_CHECKS } from "./check_ways.ts";
import type { Check } from "./doctor.ts";

/** Every check. Fixes are done in this order: directories are closed before anything in them is. */
export const CHECKS: readonly Check[] = [
  ...FILE_CHECKS,
  ...WAY_CHECKS,
  ...DAEMON_CHECKS,
  ...CONFIGURATION_CHECKS,
  ...SERVICE_CHECKS,
  ...DISK_CHECKS,
  ...CLOCK_CHECKS,
  ...LIMIT_CHECKS,
  ...HOST_CHECKS,
];
