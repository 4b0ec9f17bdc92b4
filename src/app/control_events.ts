import { AppdError, cannot } from "../base/errors.ts";
import type { EventReport } from "../base/event_report.ts";
import type { WhyReport } from "../base/why_reports.ts";
import { delay } from "../system/clock.ts";
import { clientOf, silent } from "./control.ts";
import type { Context } from "./context.ts";

/** Which events are asked for. */
export interface EventQuery {
  /** A program, or all instances of one. */
  readonly program?: string | undefined;
}

/** What the daemon remembers, oldest first. @throws AppdError (unavailable) when it does not answer */
export async function rememberedEvents(context: Context, query: EventQuery): Promise<readonly EventReport[]> {
  const answer = await clientOf(context).get<{ events: readonly EventReport[] }>(pathOf({ ...query, stream: "false" }));
  if (answer !== undefined) return answer.events;
  throw cannot(["read the events of", context.called], ...silent(undefined));
}

/** How {@link followEvents} goes on. */
export interface Following {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Called once whenever there is no daemon any more that answers. */
  readonly onGone?: () => void;
}

/** Milliseconds between two looks for a daemon. */
const RETRY_MS = 1000;

/**
 * Events as they happen, after the event `since`, until `signal` aborts. When the daemon drops us because we were slow, it
 * goes on where that was; when it ends, with the events of the next one, whose numbers are greater.
 *
 * @throws AppdError when a daemon refuses
 */
export async function* followEvents(
  context: Context,
  query: EventQuery & { readonly since: number },
  { signal, onGone = () => {} }: Following,
): AsyncGenerator<EventReport> {
  let since = query.since;
  for (let gone = false; !signal.aborted;) {
    let heard = false;
    for await (const event of streamFrom(context, { ...query, since: `${since}` }, signal)) {
      yield event;
      since = event.id;
      heard = true;
      gone = false;
    }
    if (heard || signal.aborted) continue; // It may be there still: ask at once.
    if (!gone) onGone();
    gone = true;
    await delay(context.system.clock, RETRY_MS, signal);
  }
}

/** The events of the daemon that runs now; none where it is just stopping. */
async function* streamFrom(
  context: Context,
  query: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): AsyncGenerator<EventReport> {
  try {
    yield* clientOf(context).stream<EventReport>(pathOf(query), signal);
  } catch (error) {
    if (!(error instanceof AppdError) || error.exit !== "unavailable") throw error;
  }
}

/** Why a program is in its state. @throws AppdError (notRunning, unavailable) */
export async function askWhy(context: Context, name: string): Promise<WhyReport> {
  const report = await clientOf(context).get<WhyReport>(`/api/v1/programs/${encodeURIComponent(name)}/why`);
  if (report !== undefined) return report;
  throw cannot(["explain", name], ...silent(undefined));
}

function pathOf(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `/api/v1/events?${new URLSearchParams(given)}`;
}
