import { AppdError, cannot } from "../base/errors.ts";
import type { Clock } from "../system/clock.ts";
import type { Desk } from "./desk.ts";
import type { Job } from "./job.ts";
import type { Ledger } from "./ledger.ts";
import { Listeners } from "./listeners.ts";
import type { Run, Slot } from "./run.ts";
import { appSlot, consequenceSlot, manualSlot, type Payload, programSlot, webhookSlot } from "./slots.ts";

interface TriggersDeps {
  readonly clock: Pick<Clock, "now">;
  readonly ledger: Pick<Ledger, "history">;
  readonly desk: () => Desk;
}

/** The line of a slot, and whether it stood there already. */
interface Entered {
  readonly run: Run;
  readonly duplicate: boolean;
}

/** What makes jobs run beside their times: events, and somebody who asks. */
export class Triggers {
  readonly #deps: TriggersDeps;
  #listeners = new Listeners([]);
  #isShut = false;

  constructor(deps: TriggersDeps) {
    this.#deps = deps;
  }

  /** Takes up what jobs listen to now. */
  listen(jobs: Iterable<Job>): void {
    this.#listeners = new Listeners(jobs);
  }

  /** From now on every event is refused, so that whoever tells it keeps it for the next daemon. */
  shut(): void {
    this.#isShut = true;
  }

  /** Jobs that listen to the daemon's start. */
  ofStart(): readonly Job[] {
    return this.#listeners.ofStart();
  }

  /** Slots of other jobs that the end of a run brings about. */
  consequences(ended: Run): readonly { readonly job: Job; readonly slot: Slot }[] {
    const slot = consequenceSlot(ended, this.#deps.clock.now());
    return this.#listeners.ofJob(ended.job, ended.state).map((job) => ({ job, slot }));
  }

  /** A program has come to a state. @throws AppdError (notRunning) while the daemon stops */
  async program(program: string, event: { readonly state: string; readonly at: number }): Promise<void> {
    const jobs = this.#listeners.ofProgram(program, event.state);
    if (jobs.length > 0) await this.#enterAll(jobs, programSlot(program, event));
  }

  /**
   * Something happened in a repository. Resolves when it is written down for every job that it concerns.
   *
   * @param slot its key is unique for what happened: told twice, it counts once
   * @throws AppdError (notRunning) while the daemon stops
   */
  async repository(repository: string, slot: Slot): Promise<void> {
    await this.#enterAll(this.#listeners.ofRepository(repository), slot);
  }

  async #enterAll(jobs: readonly Job[], slot: Slot): Promise<void> {
    this.#refuseWhenShut();
    await Promise.all(jobs.map((job) => this.#deps.desk().enter(job, slot)));
  }

  /** Runs a job now, because somebody asked. Resolves with its line when that is on disk. */
  async run(job: Job): Promise<Run> {
    return (await this.#enterOne(job, manualSlot(this.#deps.clock.now()))).run;
  }

  /**
   * Somebody outside has called. `duplicate`: the key was known, and the run is the one of the first call.
   *
   * @throws AppdError (notRunning) when the job has no `on = "webhook"`, or the daemon stops
   */
  async webhook(job: Job, call: { readonly key: string; readonly payload?: Payload }): Promise<Entered> {
    refuseLeftOut(job);
    if (!job.spec.enabled || !job.spec.on.some(({ kind }) => kind === "webhook")) {
      throw cannot(["trigger", job.spec.name], "it is not triggered by webhooks", {
        exit: "notRunning",
        hint: job.spec.builtIn
          ? `run it by hand: appd jobs run ${job.spec.name}`
          : 'add "webhook" to its `on` in the configuration',
      });
    }
    return await this.#enterOne(job, webhookSlot(this.#deps.clock.now(), call));
  }

  /**
   * The app's own code wants it, whatever the job listens to. `duplicate`: as of a webhook.
   *
   * @throws AppdError (notRunning) when the job is switched off, or the daemon stops
   */
  async app(job: Job, call: { readonly key: string; readonly payload?: string }): Promise<Entered> {
    refuseLeftOut(job);
    if (!job.spec.enabled) {
      throw cannot(["trigger", job.spec.name], "the configuration has switched it off", {
        exit: "notRunning",
        hint: job.spec.builtIn
          ? "see what it says: appd config list"
          : "take its enabled = false out of the configuration",
      });
    }
    return await this.#enterOne(job, appSlot(this.#deps.clock.now(), call));
  }

  /** The line of a slot, also when it stands there already. */
  async #enterOne(job: Job, slot: Slot): Promise<Entered> {
    const found = await this.#tryEnter(job, slot) ?? await this.#tryEnter(job, slot);
    if (found === undefined) throw new Error(`slot ${slot.key} is taken and cannot be found`);
    return found;
  }

  /** @returns undefined when the earlier line was there and is not any more: the database was lost in between, or pruned */
  async #tryEnter(job: Job, slot: Slot): Promise<Entered | undefined> {
    this.#refuseWhenShut();
    const desk = this.#deps.desk();
    const run = await desk.enter(job, slot);
    if (run !== undefined) return { run, duplicate: false };
    const [earlier] = await this.#deps.ledger.history({ job: job.spec.name, slot: slot.key, limit: 1 });
    return earlier === undefined ? undefined : { run: desk.current(earlier), duplicate: true };
  }

  #refuseWhenShut(): void {
    if (this.#isShut) throw new AppdError("cannot trigger a job: the daemon is stopping", { exit: "notRunning" });
  }
}

function refuseLeftOut({ spec: { name, leftOut } }: Job): void {
  if (leftOut === undefined) return;
  throw cannot(["trigger", name], leftOut, { exit: "notRunning", hint: "run everything: appd restart --mode all" });
}
