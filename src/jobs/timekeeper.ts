import type { Timer } from "../system/clock.ts";
import { Agenda } from "./agenda.ts";
import { ClockWatch } from "./clock_watch.ts";
import type { JobsDeps } from "./deps.ts";
import type { Desk } from "./desk.ts";
import type { Job } from "./job.ts";
import { followClock } from "./job_times.ts";
import { timedSlot } from "./slots.ts";
import { GRACE_MS, takeDue, upcoming } from "./timetable.ts";

/** Longest that a timer sleeps, in milliseconds. */
const LONGEST_SLEEP_MS = 3_600_000;

/** What {@link Timekeeper} works with. */
export interface TimekeeperDeps extends Pick<JobsDeps, "clock" | "sinceBoot" | "onEvent"> {
  readonly jobs: ReadonlyMap<string, Job>;
  readonly desk: Pick<Desk, "serve" | "dispatch" | "nextOpening">;
}

/** Brings slots to the desk when they are due, by the only timer that there is for all jobs, and by a clock it watches. */
export class Timekeeper implements Disposable {
  readonly #deps: TimekeeperDeps;
  readonly #agenda = new Agenda();
  readonly #watch: ClockWatch;
  #timer: Timer | undefined;
  #isOver = false;

  constructor(deps: TimekeeperDeps) {
    this.#deps = deps;
    this.#watch = new ClockWatch(deps.clock, deps.sinceBoot);
  }

  /** Puts down when a job is due next. To be called when its times, its place in them or the job itself has changed. */
  plan({ timed, place, spec, removed }: Job): void {
    const isIdle = removed || !spec.enabled || timed === undefined || place === null;
    const next = isIdle ? undefined : upcoming(timed, place);
    this.#agenda.set(spec.name, next?.due);
  }

  /** When a job is due next; wall time in milliseconds. */
  dueOf(job: string): number | undefined {
    return this.#agenda.dueOf(job);
  }

  /** Before anything is read off the wall clock: an interval that a set clock made look due would lose its pace. */
  lookAtClock(): void {
    const jump = this.#watch.look();
    if (jump !== undefined && jump.set !== 0) this.#clockWasSet(jump.set);
  }

  #clockWasSet(ms: number): void {
    const { clock, jobs, onEvent } = this.#deps;
    const now = clock.now();
    for (const job of jobs.values()) {
      followClock(job, { ms, now });
      this.plan(job);
    }
    const text = `the clock was set ${ms > 0 ? "forward" : "back"} by ${Math.round(Math.abs(ms) / 1000)} s`;
    onEvent({ kind: "clock_set", job: "", at: now, ms, text });
  }

  /**
   * Deals with everything that is due, and sleeps until the next.
   *
   * @param graceMs a slot that is later than this was missed
   */
  serve(graceMs = GRACE_MS): void {
    if (this.#isOver) return;
    this.lookAtClock();
    const now = this.#deps.clock.now();
    for (const name of this.#agenda.take(now)) this.#serveJob(name, { now, graceMs });
    const opening = this.#deps.desk.nextOpening;
    if (opening === undefined) this.#sleep(now, this.#agenda.first);
    else this.#sleep(now, Math.min(opening, this.#agenda.first ?? Infinity));
  }

  #serveJob(name: string, at: { readonly now: number; readonly graceMs: number }): void {
    const job = this.#deps.jobs.get(name);
    if (job?.timed === undefined || job.place === null) return;
    const due = takeDue(job.timed, job.place, at);
    job.place = due.place;
    this.plan(job);
    const { older, run } = due;
    void this.#deps.desk.serve(job, {
      older: older === undefined ? undefined : { ...older, from: timedSlot(job.spec, older.from) },
      missed: due.missed.map((slot) => timedSlot(job.spec, slot)),
      run: run.map((slot, index) => ({
        slot: timedSlot(job.spec, slot),
        catchUp: !due.onTime || index < run.length - 1,
      })),
    });
  }

  #sleep(now: number, until: number | undefined): void {
    this.#wakeNoMore();
    if (until === undefined) return;
    const ms = Math.min(LONGEST_SLEEP_MS, Math.max(0, until - now));
    this.#timer = this.#deps.clock.after(ms, () => {
      this.#deps.desk.dispatch();
      this.serve();
    });
  }

  #wakeNoMore(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  /** No slot comes any more. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#wakeNoMore();
  }
}
