import type { ProgramStatus } from "../../base/program_reports.ts";
import type { Notice, ProgramEvent } from "../../programs/events.ts";

/** A program as an answer sees it. */
export interface Subject {
  readonly status: ProgramStatus;
  /** What is remembered of it, oldest first. */
  readonly events: readonly ProgramEvent[];
  /** Wall time in milliseconds. */
  readonly now: number;
}

/** The last event of a kind. */
export function latest<K extends Notice["kind"]>(
  events: readonly ProgramEvent[],
  kind: K,
): Extract<ProgramEvent, { kind: K }> | undefined {
  return events.findLast((event): event is Extract<ProgramEvent, { kind: K }> => event.kind === kind);
}

/** Whether a start was appd's own second try. */
export function isRetry(cause: string | undefined): boolean {
  return cause !== undefined && /^the re(try|start) after/.test(cause);
}

/** Whether the life that `end` ended was begun by an earlier daemon. */
export function wasAdopted(events: readonly ProgramEvent[], end: ProgramEvent): boolean {
  const before = events.slice(0, events.indexOf(end));
  return before.findLast(({ kind }) => kind === "started" || kind === "adopted")?.kind === "adopted";
}
