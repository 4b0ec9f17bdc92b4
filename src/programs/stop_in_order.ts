/** The stop of several units, dependents before what they depend on, in parallel where nothing depends. */
import type { Clock } from "../system/clock.ts";
import { levelsOf } from "./dependencies.ts";
import type { Survivor } from "./events.ts";
import { type Event, lifeOf } from "./state.ts";
import type { Unit } from "./unit.ts";

/** Who ended how. `killed`: also the tasks that end with the daemon; `late`: not ended at the deadline. Milliseconds. */
export interface StopReport {
  readonly graceful: readonly string[];
  readonly killed: readonly string[];
  readonly late: readonly string[];
  readonly survivors: readonly (Survivor & { readonly program: string })[];
  readonly durationMs: number;
}

interface StopOptions {
  readonly clock: Clock;
  readonly deadlineMs: number;
  /** They are being stopped already: nobody has more time than this deadline leaves. */
  readonly isAgain: boolean;
}

/** The part of a deadline, and the most milliseconds of it, that are kept for killing and sweeping. */
const RESERVE_PART = 0.2;
const RESERVE_MOST = 1500;
const SHUTDOWN = "the daemon stops";

/** Why they are stopped, and what the next daemon is to know of it, as the event `stop` has it. */
type Halt = Pick<Extract<Event, { type: "stop" }>, "cause" | "remember">;

/** Stops them, each with all the time that it may take. */
export async function haltInOrder(units: readonly Unit[], halt: Halt): Promise<void> {
  for (const level of levelsDown(units)) {
    for (const unit of level) unit.machine.dispatch({ type: "stop", ...halt });
    await settled(level);
  }
}

/** Stops them because the daemon ends. Never rejects, returns at the deadline. */
export async function stopInOrder(units: readonly Unit[], options: StopOptions): Promise<StopReport> {
  const { clock, deadlineMs, isAgain } = options;
  const began = clock.monotonic();
  const idle = new Set(units.filter(({ machine: { state } }) => state.kind === "stopped"));
  const end = began + deadlineMs - Math.min(RESERVE_MOST, deadlineMs * RESERVE_PART);
  const late = units.filter(({ machine: { state } }) => isAgain || lifeOf(state) === undefined);
  for (const { machine } of late) {
    machine.dispatch({ type: "stop", timeoutMs: Math.max(0, end - began), cause: SHUTDOWN });
  }
  const work = isAgain ? settled(units) : stopByLevels(units, { clock, end });
  await within(work, { clock, ms: Math.max(deadlineMs, RESERVE_MOST) });
  return reportOf(units.filter((unit) => !idle.has(unit)), clock.monotonic() - began);
}

async function settled(units: readonly Unit[]): Promise<void> {
  await Promise.all(units.map(({ machine }) => machine.settled()));
}

/** Dependents first. */
function levelsDown(units: readonly Unit[]): Unit[][] {
  const byName = new Map(units.map((unit) => [unit.name, unit]));
  const levels = levelsOf(units.map(({ spec }) => spec)).reverse();
  return levels.map((level) => level.flatMap(({ name }) => byName.get(name) ?? []));
}

/** Each level gets what its slowest unit may want; when that is too much in all, each gets less by the same part. */
async function stopByLevels(
  units: readonly Unit[],
  { clock, end }: { readonly clock: Clock; readonly end: number },
): Promise<void> {
  const levels = levelsDown(units);
  for (const [i, level] of levels.entries()) {
    const wants = levels.slice(i).map((one) => Math.max(1, ...one.map(({ spec }) => spec.stopTimeout)));
    const left = Math.max(0, end - clock.monotonic());
    const part = Math.min(1, left / wants.reduce((sum, want) => sum + want, 0));
    const timeoutMs = i === levels.length - 1 ? left : (wants[0] ?? 0) * part;
    for (const { machine } of level) machine.dispatch({ type: "stop", timeoutMs, cause: SHUTDOWN });
    await settled(level);
  }
}

/** Waits for `work`, but no longer than `ms`. */
async function within(
  work: Promise<unknown>,
  { clock, ms }: { readonly clock: Clock; readonly ms: number },
): Promise<void> {
  const over = Promise.withResolvers<void>();
  using _timer = clock.after(ms, over.resolve);
  await Promise.race([work, over.promise]);
}

function reportOf(units: readonly Unit[], durationMs: number): StopReport {
  const done = units.filter(({ machine: { state } }) => state.kind === "stopped" || state.kind === "lingering");
  const names = (list: readonly Unit[]) => list.map(({ name }) => name);
  return {
    graceful: names(done.filter(({ outcome }) => !outcome.forced)),
    killed: names(done.filter(({ outcome }) => outcome.forced)),
    late: names(units.filter((unit) => !done.includes(unit))),
    survivors: units.flatMap(({ name, outcome }) => outcome.survivors.map((one) => ({ ...one, program: name }))),
    durationMs,
  };
}
