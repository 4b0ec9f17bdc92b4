import type { Service, ServiceContext } from "../../src/mod.ts";
import { causeOf } from "./ask.ts";
import type { Config } from "./settings.ts";
import { recordTrigger } from "./triggers.ts";

/** The jobs whose runs are questions. */
const QUESTIONS = ["prompt", "commit"];
/** How their runs end when something came between. */
const CUT_OFF = ["interrupted", "cancelled", "failed", "timeout"] as const;
/** Milliseconds between two looks: the next daemon ends what a killed one left, and needs a moment for it. */
const LOOK_MS = 2_000;
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
    while (!signal.aborted) {
      await recall({ jobs, log, store }, known).catch((error) =>
        log.warn("cannot look for what was cut off", { error })
      );
      await new Promise<void>((resolve) => {
        const timer = clock.after(LOOK_MS, resolve);
        signal.addEventListener("abort", () => (timer[Symbol.dispose](), resolve()), { once: true });
      });
    }
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
