import { humanDuration } from "../../base/duration.ts";
import type { Logger } from "../../base/logger.ts";
import type { CheckTurn, Health } from "../../health/health.ts";
import type { EventDraft } from "./event_report.ts";
import type { Journal } from "./journal.ts";

/** What is told of checks, to whom, and until when. */
export interface CheckNews {
  readonly journal: Pick<Journal, "note">;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Wall time in milliseconds. */
  readonly now: () => number;
  /** Aborted when the shutdown begins: that what stops is not well is no news. */
  readonly stopping: AbortSignal;
}

/** Has it in the log and among the events when a check begins to fail, and when it is well again. */
export function tellChecks(health: Pick<Health, "onTurn">, { journal, log, now, stopping }: CheckNews): Disposable {
  return health.onTurn((turn) => {
    if (stopping.aborted) return;
    const draft = eventOf(turn, now());
    journal.note(draft);
    if (turn.now.ok) log.info("a check is well again", draft.fields);
    else log.warn("a check fails", draft.fields);
  });
}

/** @param at wall time in milliseconds */
function eventOf({ name, now, before }: CheckTurn, at: number): EventDraft {
  const { ok, critical, error = "failed" } = now;
  const told = { at: new Date(at).toISOString(), kind: "check", program: null, check: name } as const;
  if (!ok) {
    const fields = { check: name, critical, error };
    return { ...told, level: "warn", message: `the check ${name} fails: ${error}`, fields };
  }
  const { since, failures = 0 } = before;
  const ms = since === undefined ? 0 : Math.max(0, at - Date.parse(since));
  return {
    ...told,
    level: "info",
    message: `the check ${name} is well again after ${humanDuration(ms)} and ${timesText(failures)}`,
    fields: { check: name, critical, failed_s: Math.round(ms) / 1000, failures },
  };
}

function timesText(failures: number): string {
  return failures === 1 ? "one failure" : `${failures} failures`;
}
