import type { CommandContext, JobStatus } from "../../src/mod.ts";
import type { Config } from "./settings.ts";
import { ifRunning } from "./watched.ts";

/** How many are told. */
const NEXT = 3;
const MINUTE_MS = 60_000;
/** Prompts beyond this many days are not looked for. */
const FAR_DAYS = 60;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** What is going to be asked when. */
export interface Prompts {
  readonly in_work_hours: boolean;
  readonly paused: boolean;
  /** ISO 8601, at most three. */
  readonly next: readonly string[];
}

/** The next prompts that come: from the one that the running daemon names, or counted from now. */
export async function nextPrompts({ ask, config }: Pick<CommandContext<Config>, "ask" | "config">): Promise<Prompts> {
  const { settings, scheduler: { workHours }, timezone } = await config();
  const isOpen = workHours === undefined ? () => true : openIn({ timezone, ...workHours });
  const status = await ifRunning(() => ask<{ jobs: readonly JobStatus[] }>("/api/v1/status"));
  const job = status?.jobs.find(({ name }) => name === "prompt");
  const interval = settings.promptInterval * MINUTE_MS;
  const first = job === undefined ? Date.now() + interval : job.next_at === null ? undefined : Date.parse(job.next_at);
  const next = first === undefined ? [] : wanted({ first, interval }, settings.workHoursOnly ? isOpen : () => true);
  return {
    in_work_hours: isOpen(Date.now()),
    paused: job?.paused ?? false,
    next: next.map((time) => new Date(time).toISOString()),
  };
}

function wanted(
  { first, interval }: { first: number; interval: number },
  isWanted: (time: number) => boolean,
): number[] {
  const far = first + FAR_DAYS * 24 * 60 * MINUTE_MS;
  const found: number[] = [];
  for (let time = first; found.length < NEXT && time < far; time += interval) if (isWanted(time)) found.push(time);
  return found;
}

/** @param hours `start` and `end` in minutes since midnight; an end that is not later is on the next day. No zone: the host's */
function openIn(hours: { days: readonly number[]; start: number; end: number; timezone?: string | undefined }) {
  const zone = hours.timezone === undefined ? {} : { timeZone: hours.timezone };
  const format = new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit", ...zone });
  return (time: number): boolean => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]));
    const minutes = Number(parts.get("hour")) * 60 + Number(parts.get("minute"));
    const day = DAYS.indexOf(parts.get("weekday") ?? "");
    const { days, start, end } = hours;
    if (start < end) return days.includes(day) && minutes >= start && minutes < end;
    return minutes >= start ? days.includes(day) : minutes < end && days.includes((day + 6) % 7);
  };
}
