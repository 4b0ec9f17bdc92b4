import type { JobContext } from "../../src/mod.ts";
import { handOnSoon } from "./deliver.ts";
import { runCommand } from "./run_command.ts";
import type { Config } from "./settings.ts";
import { answerTrigger, type Cause, firstNumber, recordTrigger } from "./triggers.ts";

const CAUSES: Readonly<Record<string, Cause>> = { every: "timer", cron: "timer", git: "commit" };

/** What a run's trigger means to the developer. */
export function causeOf(trigger: string): Cause {
  return CAUSES[trigger] ?? "manual";
}

/** Asks the developer what is going on: by the command of the settings, or the question waits for a client. */
export async function ask(context: JobContext<Config>): Promise<void> {
  const { config, jobs, log, run, store, signal, clock } = context;
  const cause = causeOf(run.trigger);
  const trigger = { run: run.id, cause, at: clock.now(), detail: run.detail, first: firstNumber(jobs.status()) };
  const { id } = await recordTrigger(store, trigger);
  const what = cause === "timer" ? "Timer trigger" : cause === "commit" ? "Commit trigger" : "Trigger";
  log.info(`${what} #${id}`, run.detail === null ? {} : { commit: run.detail });
  const command = config.settings.promptCommand;
  if (command === undefined) return;
  const answer = (await runCommand(command, { signal, env: variables(id, cause, run.detail) })).trim();
  if (answer === "") return log.info("no answer was given", { trigger: id });
  const { id: number } = await recordTrigger(store, trigger); // The database may have been lost meanwhile.
  await answerTrigger(store, { id: number, answer, at: clock.now() });
  await handOnSoon(context);
}

function variables(id: number, cause: Cause, detail: string | null): Record<string, string> {
  return { DEVTRACK_TRIGGER: `${id}`, DEVTRACK_CAUSE: cause, DEVTRACK_DETAIL: detail ?? "" };
}
