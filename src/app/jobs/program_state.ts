import { failureIn, type ProgramEvent } from "../../programs/events.ts";

/** By the events that lead to them; failures have a rule of their own. */
const STATES: Readonly<Partial<Record<ProgramEvent["kind"], string>>> = {
  started: "started",
  ready: "ready",
  crash_loop: "crash_loop",
  ended: "exited",
  stopped: "stopped",
};

/** What `on` of a job calls the state that this event leads to; undefined when it has no word for it. */
export function programStateIn(event: ProgramEvent): string | undefined {
  return failureIn(event) === undefined ? STATES[event.kind] : "failed";
}
