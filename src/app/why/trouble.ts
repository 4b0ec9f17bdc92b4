import { humanDuration } from "../../base/duration.ts";
import type { ProgramExit } from "../../base/program_reports.ts";
import { endingText } from "../../base/ending.ts";
import type { Exit } from "../../programs/program_spec.ts";
import { exitMeaning } from "./exit_meaning.ts";
import { type Subject, wasAdopted } from "./subject.ts";

/** What last went wrong, as a phrase: what ended the program, after how long, and what that usually means. */
export function troubleOf({ status, events }: Subject): string {
  if (status.kind !== "service" && isSpawnTrouble(status.error)) return status.error;
  const end = events.findLast((event) => event.kind === "ended" || event.kind === "unwell");
  if (end?.kind === "unwell") return `appd stopped it, ${end.reason}`;
  if (end?.kind === "ended") return phraseOf(end.exit, { uptimeMs: end.uptimeMs, adopted: wasAdopted(events, end) });
  if (status.exit !== null) return phraseOf(exitOf(status.exit));
  return status.error ?? "nothing is remembered of why";
}

/** A start that did not come about gives its own error; the end of a life is told in other words. */
export function isSpawnTrouble(error: string | null): error is string {
  return error?.startsWith("cannot ") === true;
}

/** `exit code 78 after 3s (its configuration is wrong, EX_CONFIG)` */
function phraseOf(exit: Exit, more: { readonly uptimeMs?: number; readonly adopted?: boolean } = {}): string {
  const meaning = exitMeaning(exit, more.adopted);
  const after = more.uptimeMs === undefined ? "" : ` after ${humanDuration(more.uptimeMs)}`;
  return `${endingText(exit)}${after}${meaning === undefined ? "" : ` (${meaning})`}`;
}

function exitOf({ code, signal, error, out_of_memory }: ProgramExit): Exit {
  if (code !== null) return { code, ...(error === undefined ? {} : { error }) };
  if (signal === null) return "unknown";
  return { signal, ...(out_of_memory ? { outOfMemory: true } : {}) };
}
