import { AppdError, type CommandContext } from "../../src/mod.ts";
import type { BotConfig } from "./settings.ts";

/** A run of a job, as far as it matters here. */
interface Run {
  readonly id: number;
  readonly state: string;
  readonly reason: string | null;
}

/** Longest that one request waits for the end of a run, in seconds; the kit gives up on an answer after 30. */
const WAIT_S = 20;
const UNDER_WAY = new Set(["queued", "running", "retrying"]);

/** Runs the job `refresh` of the running service and waits for its end. */
export async function refreshNow({ ask, output }: CommandContext<BotConfig>): Promise<void> {
  let run = await ask<Run>("/api/v1/jobs/refresh/run", { method: "POST" });
  while (UNDER_WAY.has(run.state)) run = await ask<Run>(`/api/v1/runs/${run.id}?wait=${WAIT_S}`);
  if (run.state !== "ok") {
    throw new AppdError(`cannot refresh the calendar: ${run.reason ?? run.state}`, {
      exit: "unavailable",
      hint: "see: calendarbot jobs history refresh",
    });
  }
  if (output.json) output.printJson(run);
  else output.tell("the calendar has been read again");
}
