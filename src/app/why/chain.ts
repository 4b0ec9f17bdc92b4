import { escapeControls } from "../../base/escape.ts";
import type { EventReport } from "../../base/event_report.ts";
import type { WhyReport } from "../../base/why_reports.ts";
import { type ProgramEvent, sentence } from "../../programs/events.ts";
import { exitMeaning } from "./exit_meaning.ts";
import { isRetry, type Subject, wasAdopted } from "./subject.ts";

type Link = WhyReport["chain"][number];

/** Links of a program's own; of a longer story the beginning and the end are told. */
const LONGEST = 12;
const FIRST = 2;
/** A reload and what it starts are that near to each other, in milliseconds. */
const NEAR_MS = 60_000;

/** What led to the state that a program is in, oldest first: what stands in its way, then its own story. */
export function chainOf(
  subject: Subject,
  blockers: readonly Subject[],
  daemonEvents: readonly EventReport[],
): readonly Link[] {
  const events = storyOf(subject.events);
  const own = shortened(events.map((event) => linkOf(event, subject.events)));
  const others = blockers.flatMap(({ status, events }) => {
    const last = storyOf(events).at(-1);
    return last === undefined ? [] : [linkOf(last, events, `${status.name}: `)];
  });
  return [...reloadBefore(events, daemonEvents), ...others, ...own].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** From the last start that somebody wanted on; appd's own second tries continue a story, they begin none. */
function storyOf(events: readonly ProgramEvent[]): readonly ProgramEvent[] {
  const begin = events.findLastIndex((event) =>
    event.kind === "adopted" || (event.kind === "started" && !isRetry(event.cause))
  );
  return events.slice(Math.max(0, begin)).filter((event) => event.kind !== "stable" || event.wasCrashLoop);
}

function shortened(links: readonly Link[]): readonly Link[] {
  const left = links.length - LONGEST;
  const from = links[FIRST];
  if (left <= 0 || from === undefined) return links;
  const gap: Link = { at: from.at, message: `${left + 1} more events until the next` };
  return [...links.slice(0, FIRST), gap, ...links.slice(FIRST + left + 1)];
}

function linkOf(event: ProgramEvent, events: readonly ProgramEvent[], before = ""): Link {
  const meaning = event.kind === "ended" && !event.expected
    ? exitMeaning(event.exit, wasAdopted(events, event))
    : undefined;
  const text = `${before}${sentence(event)}${meaning === undefined ? "" : ` (${meaning})`}`;
  return { at: new Date(event.at).toISOString(), message: escapeControls(text) };
}

/** The reload that began the story, when one did. */
function reloadBefore([first]: readonly ProgramEvent[], daemonEvents: readonly EventReport[]): Link[] {
  const at = first?.at;
  if (at === undefined || !(first?.kind === "started" && /\breload\b/.test(first.cause ?? ""))) return [];
  const distance = (event: EventReport) => Math.abs(Date.parse(event.at) - at);
  const reloads = daemonEvents.filter((event) => event.kind === "reload" && distance(event) <= NEAR_MS);
  const [nearest] = reloads.sort((a, b) => distance(a) - distance(b));
  return nearest === undefined ? [] : [{ at: nearest.at, message: escapeControls(nearest.message) }];
}
