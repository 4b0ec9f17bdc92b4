import type { Health } from "../health/health.ts";
import type { Logging } from "../logging/logging.ts";
import type { Jobs } from "./jobs/jobs.ts";
import type { Supervisor } from "../programs/supervisor.ts";
import { inWordsOf } from "../base/words.ts";
import type { Context } from "./context.ts";
import { INIT_HINT, unreapedZombies } from "./first_process.ts";

/** Longest time that a check of our own may take, in milliseconds; they all answer at once. */
const TIMEOUT_MS = 1000;

const PROGRAMS = "programs";

/** What the daemon says of itself: its log, the capture of output, and the programs that are critical and configured. */
export function addChecks(health: Health, parts: { logging: Logging; supervisor: Supervisor; jobs: Jobs }): void {
  const { logging, supervisor, jobs } = parts;
  health.add("log", {
    critical: true,
    timeoutMs: TIMEOUT_MS,
    check: () => failIfAny([...logging.problems(), ...supervisor.problems(), ...jobs.problems()]),
  });
  health.add(PROGRAMS, {
    critical: true,
    timeoutMs: TIMEOUT_MS,
    check() {
      const down = supervisor.list().filter(({ critical, ready, removed }) => critical && !ready && !removed);
      failIfAny(
        down.map(({ name, state, crash_loop, lingering }) =>
          lingering ? `${name} ignores its signal` : `${name} is ${crash_loop ? "in a crash loop" : state}`
        ),
      );
    },
  });
}

/** Has the programs judged now: what was done to them has changed what there is to say. */
export function judgePrograms(health: Pick<Health, "again">): void {
  health.again(PROGRAMS);
}

/** Has the programs judged as soon as one is ready that may have been missed: who hears of its start asks for health next. */
export function followPrograms(health: Pick<Health, "again" | "report">, supervisor: Pick<Supervisor, "onEvent">) {
  return supervisor.onEvent(({ kind }) => {
    if (kind === "ready" && health.report()[PROGRAMS]?.ok === false) judgePrograms(health);
  });
}

function failIfAny(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join("; "));
}

/** In a container whose first process is ours and waits for nobody: says how many zombies that has cost. */
export function addZombieCheck(health: Health, { app, system }: Context): void {
  if (unreapedZombies(system, system.host.pid) === undefined) return;
  const hint = inWordsOf(app.product)(INIT_HINT);
  health.add("zombies", {
    critical: false,
    timeoutMs: TIMEOUT_MS,
    check() {
      const zombies = unreapedZombies(system, system.host.pid) ?? 0;
      failIfAny(zombies === 0 ? [] : [`${zombies} zombies that nobody waits for; ${hint}`]);
    },
  });
}
