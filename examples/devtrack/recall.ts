import { aborted, type RunReport, type Service, type ServiceContext } from "../../src/mod.ts";
import { causeOf } from "./ask.ts";
import type { Config } from "./settings.ts";
import { firstNumber, QUESTIONS, recordTrigger } from "./triggers.ts";

/** How their runs end when something came between. */
const CUT_OFF = ["interrupted", "cancelled", "failed", "timeout"] as const;
/** Milliseconds from the start to the second look: what a killed daemon left needs a moment to be ended. */
const SOON_MS = 2_000;
/** Milliseconds between two looks later on. */
const LOOK_MS = 30_000;
/** Milliseconds within which the end of a pause is seen. */
const PAUSE_LOOK_MS = 500;
const PAGE = 1000;

type Ports = Pick<ServiceContext<Config>, "jobs" | "store" | "log">;

/**
 * Sees to it that every trigger is written down. That is the first thing a run does; but a daemon may be killed, or its
 * disk be full, just before. And a pause holds jobs up, not the monitoring of git: a commit that came in it is a question
 * when it ends. Such questions are not asked by the command any more: they wait with the open ones.
 */
export const RECALL: Service<Config> = {
  name: "recall",
  async run({ clock, jobs, log, signal, store }) {
    const known = new Set<number>();
    const trouble = (error: unknown) => log.warn("cannot look for what was cut off", { error });
    let looking: Promise<void> | undefined;
    const look = () => {
      looking ??= recall({ jobs, log, store }, known).catch(trouble).finally(() => looking = undefined);
    };
    let seen: string | undefined;
    const lookAfterPause = () => {
      const { paused, last_skip: skip } = jobs.statusOf("commit") ?? {};
      // A look that is under way may have read before the skip was written: the next one sees it.
      if (paused || looking !== undefined || skip?.slot === seen) return;
      seen = skip?.slot;
      look();
    };
    look();
    using _soon = clock.after(SOON_MS, look);
    using _timer = clock.every(LOOK_MS, look);
    using _pause = clock.every(PAUSE_LOOK_MS, lookAfterPause);
    await aborted(signal);
    await looking;
  },
};

/** Writes down the triggers of runs that were cut off. @param known runs that need no look; those that it saw are added */
export async function recall({ jobs, store, log }: Ports, known: Set<number>): Promise<void> {
  for (const job of QUESTIONS) {
    const skipped = job === "commit" && !jobs.statusOf(job)?.paused ? ["skipped" as const] : [];
    const { runs } = await jobs.history({ job, states: [...CUT_OFF, ...skipped], limit: PAGE });
    for (const run of runs.filter((run) => !known.has(run.id) && isOwed(run)).reverse()) {
      const { id, detail, slot, trigger } = run;
      const [cause, first] = [causeOf(trigger), firstNumber(jobs.status())];
      const recorded = await recordTrigger(store, { run: id, cause, at: Date.parse(slot), detail, first });
      if (recorded.isNew) log.info(`Trigger #${recorded.id}, late: ${whyLate(run)}`, { run: id });
      known.add(id);
    }
  }
}

/** A timer's prompt that a pause has left out is no question any more; a commit is there all the same. */
function isOwed({ state, reason, trigger }: RunReport): boolean {
  return state !== "skipped" || trigger === "git" && reason === "paused";
}

function whyLate({ state }: RunReport): string {
  return state === "skipped" ? "it came in a pause" : `its run was ${state}`;
}
