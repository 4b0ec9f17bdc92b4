import { type Context, Hono } from "hono";
import type { Kit } from "../../src/mod.ts";
import { calendarWithin, type Known, knownCalendar } from "./copy_store.ts";
import { addDays, type Day, dayAt, daysBetween, parseDay } from "./days.ts";
import { reportOf } from "./report.ts";
import type { BotConfig } from "./settings.ts";

/** Longest time that one request asks for, in days. */
const MAX_DAYS = 366;
/** Of every answer. */
const HEADERS = { "cache-control": "no-store" } as const;

/** The page for people, and the same for programs. */
export function routes(kit: Kit<BotConfig>): Hono {
  return new Hono()
    .get("/calendar", (context) => servePage(context, kit))
    .get("/api/calendar/events", (context) => serveEvents(context, kit));
}

async function servePage(context: Context, kit: Kit<BotConfig>): Promise<Response> {
  const { store, clock, config: { calendar: { days, timezone } } } = kit;
  const now = clock.now();
  const from = dayIn(context, "from", dayAt(now, timezone));
  if (from instanceof Response) return from;
  const { known, entries } = await calendarWithin(store, { from, to: addDays(from, days), timezone });
  const { calendarPage } = await import("./page.ts");
  const text = await calendarPage({ known, entries, from, days, now, zone: known.copy?.timezone ?? timezone });
  return context.html(text, known.copy === undefined ? 503 : 200, await pageHeaders());
}

async function serveEvents(context: Context, kit: Kit<BotConfig>): Promise<Response> {
  const { store, clock, config: { calendar: { days, timezone } } } = kit;
  const { copy: kept } = await knownCalendar(store);
  const from = dayIn(context, "from", dayAt(clock.now(), kept?.timezone ?? timezone));
  if (from instanceof Response) return from;
  const to = dayIn(context, "to", addDays(from, days));
  if (to instanceof Response) return to;
  const length = daysBetween(from, to);
  if (length < 1 || length > MAX_DAYS) {
    return problem(context, 400, `"to" has to be 1 to ${MAX_DAYS} days after "from"`);
  }
  const { known, entries } = await calendarWithin(store, { from, to, timezone });
  if (known.copy === undefined) return problem(context, 503, noCalendar(known));
  return context.json(reportOf({ ...known, copy: known.copy }, entries, { from, to }), 200, HEADERS);
}

function dayIn(context: Context, name: string, otherwise: Day): Day | Response {
  const text = context.req.query(name);
  if (text === undefined) return otherwise;
  return parseDay(text) ?? problem(context, 400, `"${name}" has to be a day such as 2026-11-21`);
}

function noCalendar({ failure }: Known): string {
  return failure === undefined ? "no calendar has been read yet" : `no calendar was ever read: ${failure.reason}`;
}

/** The form of all failures over HTTP. */
function problem(context: Context, status: 400 | 503, message: string): Response {
  const hint = status === 503 ? "see: calendarbot jobs history refresh" : null;
  return context.json({ error: { message, hint, exit: status === 503 ? "unavailable" : "usage" } }, status, HEADERS);
}

/** Only the page's own style is used, by its hash (CSP level 3); no script runs, whatever an event's title says. */
async function pageHeaders(): Promise<Record<string, string>> {
  const { PAGE_STYLE } = await import("./page_style.ts");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(PAGE_STYLE));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return {
    "content-security-policy":
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    "referrer-policy": "no-referrer",
    ...HEADERS,
  };
}
