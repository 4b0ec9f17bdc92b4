import { AppdError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { nearest } from "../base/nearest.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import { familyOf } from "./dependencies.ts";
import { isTask, type UnitSpec } from "./task_spec.ts";
import type { Unit } from "./unit.ts";

interface UnitsOptions {
  readonly log: Pick<Logger, "error">;
  readonly create: (spec: UnitSpec) => Unit;
}

/** The programs and tasks that there are, by name, in the order of the configuration. */
export class Units {
  readonly #options: UnitsOptions;
  readonly #all = new Map<string, Unit>();
  /** Tasks that the configuration has no more, and that go on: they ignore their signal. */
  readonly #outgoing = new Set<Unit>();

  constructor(options: UnitsOptions) {
    this.#options = options;
  }

  [Symbol.iterator](): Iterator<Unit> {
    return this.#all.values();
  }

  get(name: string): Unit | undefined {
    return this.#all.get(name);
  }

  /** Those of these names that there are. */
  of(names: readonly string[]): Unit[] {
    return names.flatMap((name) => this.#all.get(name) ?? []);
  }

  /** As `status --json` shows them, also those that the configuration has no more. */
  statuses(): ProgramStatus[] {
    return [...this].map((unit) => ({ ...unit.status(), ...(this.#outgoing.has(unit) ? { removed: true } : {}) }));
  }

  /** Those that the configuration has. */
  configured(): Unit[] {
    return [...this].filter((unit) => !this.#outgoing.has(unit));
  }

  /**
   * The program, or all instances of the section with this name.
   *
   * @param verb what cannot be done when there is none
   * @throws AppdError (notRunning) when there is none that the configuration has
   */
  named(name: string, verb: string): Unit[] {
    const all = this.configured();
    const members = all.filter((unit) => unit.name === name || familyOf(unit.spec) === name);
    if (members.length > 0) return members;
    if (this.#all.has(name)) {
      throw new AppdError(`cannot ${verb} "${name}": the configuration has it no more, and it ignores its signal`, {
        exit: "notRunning",
        hint: "end it with the daemon: appd restart",
      });
    }
    const names = [...new Set(all.flatMap((unit) => [familyOf(unit.spec), unit.name]))];
    const near = nearest(name, names);
    throw new AppdError(`cannot ${verb} "${name}": there is no such program`, {
      exit: "notRunning",
      hint: near === undefined ? `programs of this instance: ${names.join(", ") || "none"}` : `did you mean "${near}"?`,
    });
  }

  add(unit: Unit): void {
    this.#all.set(unit.name, unit);
  }

  /** Every unit is there before the first is started: one may depend on another that comes later. */
  async configure(specs: readonly UnitSpec[]): Promise<void> {
    for (const spec of specs) {
      const known = this.#all.get(spec.name);
      if (known !== undefined && isTask(known.spec) === isTask(spec)) await this.#change(known, spec);
      else {
        if (known !== undefined) await this.#drop(known); // An outgoing task; what has its name now is a program.
        this.add(this.#options.create(spec));
      }
    }
    this.#sort(specs);
  }

  async #change(unit: Unit, spec: UnitSpec): Promise<void> {
    this.#outgoing.delete(unit);
    try {
      await unit.configure(spec);
    } catch (error) {
      const fields = { program: spec.name, error };
      this.#options.log.error("cannot open the program's log anew, the old one goes on", fields);
    }
  }

  /** Whoever lists them sees them in the order of the configuration. */
  #sort(specs: readonly UnitSpec[]): void {
    const all = new Map(this.#all);
    this.#all.clear();
    for (const name of new Set([...specs.map((spec) => spec.name), ...all.keys()])) {
      const unit = all.get(name);
      if (unit !== undefined) this.#all.set(name, unit);
    }
  }

  /** The configuration has it no more. A task that goes on stays, so that none of its name begins beside it. */
  async remove(unit: Unit): Promise<void> {
    unit.forget();
    if (unit.machine.state.kind === "lingering") this.#outgoing.add(unit);
    else await this.#drop(unit);
  }

  async #drop(unit: Unit): Promise<void> {
    this.#outgoing.delete(unit);
    this.#all.delete(unit.name);
    await unit.close();
  }

  /** One of them is not what it was: others may wait for that, and who was outgoing may have gone. */
  recheck(): void {
    for (const unit of this) unit.machine.recheck();
    for (const unit of this.#outgoing) if (unit.machine.state.kind === "stopped") void this.#drop(unit);
  }

  /** Lets go of all without stopping any. */
  async close(): Promise<void> {
    await Promise.all([...this].map((unit) => unit.close()));
    this.#all.clear();
  }
}
