import { familyIn } from "../../base/instance_name.ts";
import type { Triggers } from "../../jobs/triggers.ts";
import type { ProgramEvent } from "../../programs/events.ts";
import type { Logs } from "../logs.ts";
import { programStateIn } from "./program_state.ts";

/** What programs do, told to the jobs that wait for it. */
export class ProgramTriggers {
  readonly #triggers: Pick<Triggers, "program">;
  readonly #logs: Logs;
  /** What programs did before the jobs began: those are started first. */
  #early: ProgramEvent[] | undefined = [];

  constructor(triggers: Pick<Triggers, "program">, logs: Logs) {
    [this.#triggers, this.#logs] = [triggers, logs];
  }

  /** The jobs have begun. Called again it does nothing. */
  begin(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const event of early) this.tell(event);
  }

  tell(event: ProgramEvent): void {
    const state = programStateIn(event);
    if (state === undefined) return;
    if (this.#early !== undefined) return void this.#early.push(event);
    for (const name of new Set([event.program, familyIn(event.program)])) {
      this.#triggers.program(name, { state, at: event.at }).catch((error) => {
        this.#logs.logging.logger("jobs").warn("a program's event triggers nothing any more", { error });
      });
    }
  }
}
