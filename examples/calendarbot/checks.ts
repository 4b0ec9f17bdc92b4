import fs from "node:fs";
import { AppdError, type Check } from "../../src/mod.ts";
import { knownCalendar } from "./copy_store.ts";
import { momentName } from "./days.ts";
import type { BotConfig } from "./settings.ts";

/** What `why` says besides. */
const AGAIN = "read it again: calendarbot refresh";

/** What /health says of the calendar: an old one is a pity, one that could never be read is a failure. */
export const CHECKS: readonly Check<BotConfig>[] = [
  {
    name: "calendar",
    critical: false,
    async check({ store, config }) {
      const { copy, failure } = await knownCalendar(store);
      if (failure === undefined) return;
      const zone = config.calendar.timezone;
      const shown = copy === undefined ? "" : `; shown is the calendar of ${momentName(copy.readAt, zone)}`;
      throw notWell(`since ${momentName(failure.since, zone)} (${zone}): ${failure.reason}${shown}`, AGAIN);
    },
  },
  {
    name: "calendar_copy",
    async check({ store, config: { calendar: { source } } }) {
      const { copy, failure } = await knownCalendar(store);
      if (copy !== undefined || failure === undefined) return;
      if (source.kind === "file" && !fs.existsSync(source.path)) return; // It is waited for.
      throw notWell(`no calendar was ever read: ${failure.reason}`, AGAIN);
    },
  },
];

function notWell(message: string, hint: string): AppdError {
  return new AppdError(message, { exit: "unavailable", hint });
}
