import { join } from "node:path";
import { AppdError, errnoOf } from "../base/errors.ts";
import type { LingeringService, ProgramPlan } from "../base/reload_reports.ts";
import { FIFO_NAME } from "./adoption.ts";
import type { Shared } from "./deps.ts";
import { foreseeFailure } from "./launch.ts";
import { planOf } from "./plan.ts";
import { isUnwanted, lifeOf } from "./state.ts";
import { haltInOrder } from "./stop_in_order.ts";
import { takeOver } from "./take_over.ts";
import { Task } from "./task.ts";
import { isTask, processesOf, type UnitSpec } from "./task_spec.ts";
import type { Unit } from "./unit.ts";
import type { Units } from "./units.ts";

/** What {@link Reconciler.apply} did, by program name. */
export interface ApplyResult extends ProgramPlan {
  readonly adopted: readonly string[];
  /** Who could not even be started, of those that were to be. */
  readonly failed: readonly { readonly name: string; readonly reason: string }[];
  /** Tasks that were to end, and whose life goes on: they ignore their signal. */
  readonly lingering: readonly LingeringService[];
}

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;

/** Makes what runs agree with what a configuration wants, one configuration after the other. */
export class Reconciler {
  readonly #shared: Shared;
  readonly #units: Units;
  #turn: Promise<unknown> = Promise.resolve();
  #first = true;

  constructor(shared: Shared, units: Units) {
    this.#shared = shared;
    this.#units = units;
  }

  /** As Supervisor.apply. */
  apply(specs: readonly UnitSpec[], cause: string): Promise<ApplyResult> {
    const turn = this.#turn.then(() => this.#apply(specs, cause));
    this.#turn = turn.catch(() => {}); // Who called apply hears of it; the next call is another matter.
    return turn;
  }

  plan(specs: readonly UnitSpec[]): ProgramPlan {
    const present = this.#units.configured().map(({ spec, machine }) => ({
      spec,
      isStopped: isUnwanted(machine.state),
    }));
    return planOf(present, specs);
  }

  /** As Supervisor.unfit. */
  unfit(specs: readonly UnitSpec[]): { name: string; reason: string }[] {
    const { start, restart } = this.plan(specs);
    const begun = new Set([...start, ...restart]);
    return processesOf(specs).filter(({ name }) => begun.has(name)).flatMap((spec) => {
      const reason = foreseeFailure(this.#shared, spec);
      return reason === undefined ? [] : [{ name: spec.name, reason }];
    });
  }

  async #apply(specs: readonly UnitSpec[], cause: string): Promise<ApplyResult> {
    checkNames(specs);
    const adopted = this.#first ? this.#takeOver(specs) : [];
    this.#first = false;
    const stale = new Set(adopted.filter((name) => this.#units.get(name)?.machine.isSettled === false));
    const plan = withRestarts(this.plan(specs), stale);
    const removed = this.#units.of(plan.stop);
    await haltInOrder(removed, { cause, remember: false });
    await Promise.all(removed.map((unit) => this.#units.remove(unit)));
    const outgoing = removed.flatMap(lingeringOf); // Also who did so before: this configuration takes it away, and it goes on.
    if (this.#shared.isStopping()) {
      return { ...plan, start: [], restart: [], adopted, failed: [], lingering: outgoing };
    }
    await this.#units.configure(specs);
    const changed = plan.restart.filter((name) => !stale.has(name)); // The others are on their way.
    this.#begin({ start: this.#units.of(plan.start), restart: this.#units.of(changed) }, cause);
    const touched = this.#units.of([...plan.start, ...plan.restart]);
    await Promise.all(touched.map(({ machine }) => machine.settled()));
    const lingering = [...outgoing, ...touched.flatMap(lingeringOf)];
    return { ...plan, adopted, failed: touched.flatMap(failureOf), lingering };
  }

  /** What an earlier daemon left: processes that run, and the memory of what is not to run. */
  #takeOver(specs: readonly UnitSpec[]): string[] {
    const tasks = specs.filter(isTask).flatMap((spec) => Task.recalled(this.#shared, spec) ?? []);
    const taken = [...takeOver(this.#shared, processesOf(specs)), ...tasks];
    for (const unit of taken) this.#units.add(unit);
    return taken.filter(({ machine: { state } }) => lifeOf(state) !== undefined).map((unit) => unit.name);
  }

  #begin(units: { readonly start: readonly Unit[]; readonly restart: readonly Unit[] }, cause: string): void {
    this.#prepare(units.start);
    this.#shared.afterwards.following(() => {
      for (const { machine } of units.start) machine.dispatch({ type: "start", cause });
      for (const { machine } of units.restart) machine.dispatch({ type: "restart", cause });
    });
  }

  /** Makes what many programs need faster together than each for itself. What fails will fail again at the start. */
  #prepare(units: readonly Unit[]): void {
    const { files, fifos } = this.#shared;
    const homes = units.flatMap(({ stream }) => stream?.directory ?? []);
    try {
      for (const home of homes) files.makeDirectory(home, 0o700);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
    fifos.prepare(homes.map((home) => join(home, FIFO_NAME)));
  }
}

function withRestarts(plan: ProgramPlan, names: ReadonlySet<string>): ProgramPlan {
  const without = (list: readonly string[]) => list.filter((name) => !names.has(name));
  const kept = [...plan.keep, ...plan.update].filter((name) => names.has(name));
  return { ...plan, restart: [...plan.restart, ...kept], update: without(plan.update), keep: without(plan.keep) };
}

function failureOf({ name, machine: { state } }: Unit): { name: string; reason: string }[] {
  return state.kind === "failed" ? [{ name, reason: state.reason }] : [];
}

function lingeringOf(unit: Unit): LingeringService[] {
  const { name, lingering } = unit.status();
  return lingering === undefined ? [] : [{ name, ...lingering }];
}

function checkNames(specs: readonly UnitSpec[]): void {
  const seen = new Set<string>();
  for (const { name } of specs) {
    if (!NAME.test(name)) {
      throw new AppdError(`cannot supervise "${name}": not a fit name for a program`, {
        exit: "config",
        hint: "use letters, digits, dot, underscore and hyphen, at most 100, and no dot or hyphen at the front",
      });
    }
    if (seen.has(name)) {
      throw new AppdError(`cannot supervise "${name}": two programs have this name`, { exit: "config" });
    }
    seen.add(name);
  }
}
