import { humanDuration } from "../base/duration.ts";
import type { Check, Finding } from "./doctor.ts";
import type { Scene } from "./scene.ts";

/** Milliseconds that a clock may be behind a file of ours: file systems over the network have clocks of their own. */
const CLOCK_SLACK = 60_000;
/** No clock that was ever set is before this binary was made. */
const EARLIEST = Date.UTC(2025, 0, 1);

function findClock({ clock, now }: Scene): Finding[] {
  if (now < EARLIEST) {
    return [{
      id: "clock.past",
      severity: "error",
      what: `it is ${new Date(now).toISOString()}, says the clock, before this program was made`,
      why: "schedules run at wrong times, and certificates are refused",
      hint: "set it: sudo timedatectl set-ntp true, or: sudo date -s",
    }];
  }
  const [ahead] = clock.files.filter(({ mtimeMs }) => mtimeMs > now + CLOCK_SLACK)
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  if (ahead !== undefined) {
    return [{
      id: "clock.future",
      severity: "warning",
      what: `"${ahead.path}" was changed ${humanDuration(ahead.mtimeMs - now)} from now`,
      why:
        "the clock was ahead then or is behind now: schedules run twice or late, and retention removes the wrong files",
      hint: "compare: date -u; timedatectl status",
    }];
  }
  if (clock.synchronised !== false) return [];
  return [{
    id: "clock.unsynchronised",
    severity: "note",
    what: "no time service keeps the clock",
    why: "schedules follow a clock that drifts",
    hint: "sudo timedatectl set-ntp true",
  }];
}

function findTimezone({ clock: { tz, tzKnown, zone } }: Scene): Finding[] {
  if (tz === undefined || tzKnown) return [];
  return [{
    id: "timezone.unknown",
    severity: "warning",
    what: `TZ is "${tz}", which is no time zone of this host`,
    why: `schedules follow ${zone} instead`,
    hint: "name one: appd config set timezone Europe/Berlin",
  }];
}

/** Whether schedules can be kept. */
export const CLOCK_CHECKS: readonly Check[] = [
  { id: "clock", looksAt: "the clock is right", find: findClock },
  { id: "timezone", looksAt: "the time zone is known", find: findTimezone },
];
