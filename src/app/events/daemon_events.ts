import type { DaemonState } from "../../base/lifecycle.ts";
import type { ReloadResult } from "../../base/reload_reports.ts";
import type { EventDraft } from "./event_report.ts";

/** What the daemon itself has to tell. `at`: wall time in milliseconds. */
type Told = Pick<EventDraft, "kind" | "level" | "message" | "fields">;

/** The daemon changed its state. */
export function stateEvent(from: DaemonState, to: DaemonState, at: number): EventDraft {
  const level = to === "degraded" ? "warn" : "info";
  return draft(at, { kind: "daemon", level, message: `the daemon is ${to}`, fields: { from, to } });
}

/** A configuration was applied, or refused. */
export function reloadEvent({ ok, error, changes, programs }: ReloadResult, at: number): EventDraft {
  const changed = changes.filter(({ effect }) => effect !== "unchanged").map(({ key }) => key);
  const what = changed.length === 0 ? "nothing changed" : `changed: ${changed.join(", ")}`;
  return draft(at, {
    kind: "reload",
    level: ok ? "info" : "error",
    message: ok ? `configuration reloaded, ${what}` : `configuration refused, the old one stays: ${error}`,
    fields: { ok, error, changed, ...(programs === undefined ? {} : { programs }) },
  });
}

/** The shutdown began. */
export function shutdownEvent(timeoutMs: number, at: number): EventDraft {
  const timeout_s = timeoutMs / 1000;
  return draft(at, {
    kind: "daemon",
    level: "info",
    message: `shutdown began, it has ${timeout_s} s`,
    fields: { to: "stopping", timeout_s },
  });
}

function draft(at: number, told: Told): EventDraft {
  return { at: new Date(at).toISOString(), program: null, ...told };
}
