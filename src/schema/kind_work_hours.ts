import { parseDays, parseTimeOfDay } from "../base/work_hours.ts";
import type { Kind } from "./kind.ts";
import { oneOrMore } from "./kind_several.ts";
import { tableOf } from "./kind_table.ts";
import { flag, text } from "./kinds.ts";
import { timezone } from "./kinds_host.ts";
import { setting } from "./setting.ts";

/** Days and hours in which there is work, as a table gives them. */
export interface GivenHours {
  readonly enabled: boolean;
  /** 0 Sunday to 6 Saturday, in order. */
  readonly days: readonly number[];
  /** Minutes since midnight; an end at or before the start is on the next day. */
  readonly start: number;
  readonly end: number;
  /** IANA name; absent: as schedules have it. */
  readonly timezone?: string;
}

const FIELDS = {
  enabled: setting(flag(), {
    default: true,
    help: "false: there is work at any time",
    reload: "applied",
    example: false,
  }),
  days: setting(oneOrMore(daysOfWeek(), { label: "days, or array of days" }), {
    default: ["mon-fri"],
    help: "days of the week, also over the weekend, as in fri-mon; * is every day",
    reload: "applied",
    example: ["mon-thu", "sat"],
  }),
  start: setting(timeOfDay(), {
    default: "9:00",
    help: "time of day at which work begins",
    reload: "applied",
    example: "08:30",
  }),
  end: setting(timeOfDay(), {
    default: "18:00",
    help: "time of day at which it ends; not after the start: on the next day",
    reload: "applied",
    example: "24:00",
  }),
  timezone: setting(timezone(), {
    defaultText: "as `timezone` at the top",
    help: "time zone of these hours",
    reload: "applied",
    example: "Asia/Kolkata",
  }),
} as const;

/** Days, hours and their zone. */
export function workHours(): Kind<GivenHours> {
  return tableOf(FIELDS, {
    label: "table of hours",
    example: '{ days = ["mon-fri"], start = "09:00", end = "18:00" }',
    finish({ days, ...rest }, reading): GivenHours | undefined {
      if (rest.start < LATEST_START) return { ...rest, days: [...new Set(days.flat())].sort() };
      reading.at("start").flaw("is the end of a day, and work cannot begin there", {
        hint: 'write "0:00", which is on the day after',
      });
      return undefined;
    },
  });
}

/** 24:00 in minutes. */
const LATEST_START = 24 * 60;

function daysOfWeek(): Kind<readonly number[]> {
  return parsed((given) => parseDays([given]), { label: "days", expected: 'days such as "mon-fri" or "sat,sun"' });
}

/** A time of day in minutes since midnight. */
function timeOfDay(): Kind<number> {
  return parsed(parseTimeOfDay, { label: "time of day", expected: 'a time of day such as "09:00"' });
}

/** A text that `parse` makes something else of, or says what is wrong with, as text that continues the setting's name. */
function parsed<T>(
  parse: (given: string) => T | string,
  options: { readonly label: string; readonly expected: string },
): Kind<T> {
  const plain = text(options);
  return {
    label: options.label,
    json: plain.json,
    fromText: (given) => given,
    read(raw, reading) {
      const given = plain.read(raw, reading);
      const value = given === undefined ? undefined : parse(given);
      if (typeof value !== "string") return value;
      reading.flaw(value);
    },
  };
}
