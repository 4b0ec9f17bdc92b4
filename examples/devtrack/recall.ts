import { aborted, type Service, type ServiceContext } from "../../src/mod.ts";
import { causeOf } from "./ask.ts";
import type { Config } from "./settings.ts";
import { recordTrigger } from "./triggers.ts";

/** The jobs whose runs are questions. */
const QUESTIONS = ["prompt", "commit"];
/** How their runs end when something came between. */
const CUT_OFF = ["interrupted", "cancelled", "failed", "timeout"] as const;
/** Milliseconds from the start to the second look: what a killed daemon left needs a moment to be ended. */
const SOON_MS = 2_000;
/** Milliseconds between two looks later on. */
const LOOK_MS = 30_000;
const PAGE = 1000;

type Ports = Pick<ServiceContext<Config>, "jobs" | "store" | "log">;

/**
 * Sees to it that every trigger is written down. That is the first thing a run does; but a daemon may be killed, or its
 * disk be full, just before. Such a question is not asked by the command any more: it waits with the open ones.
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
    look();
    using _soon = clock.after(SOON_MS, look);
    using _timer = clock.every(LOOK_MS, look);
    await aborted(signal);
    await looking;
  },
};

/** Writes down the triggers of runs that were cut off. @param known runs that need no look; those that it saw are added */
export async function recall({ jobs, store, log }: Ports, known: Set<number>): Promise<void> {
  for (const job of QUESTIONS) {
    const { runs } = await jobs.history({ job, states: CUT_OFF, limit: PAGE });
    for (const run of runs.filter(({ id }) => !known.has(id)).reverse()) {
      const { id, detail, slot, state, trigger } = run;
      const recorded = await recordTrigger(store, { run: id, cause: causeOf(trigger), at: Date.parse(slot), detail });
      if (recorded.isNew) log.info(`Trigger #${recorded.id}, late: its run was ${state}`, { run: id });
      known.add(id);
    }
  }
}
