import type { Input, Step } from "./step.ts";
import * as starting from "./steps_start.ts";
import * as running from "./steps_run.ts";
import * as stopping from "./steps_stop.ts";
import { deadlineOf, type Event, type EventType, type State, type StateKind } from "./state.ts";

/** `ignore`: the event means nothing in this state. */
type Cell<S extends StateKind, E extends EventType> = "ignore" | ((input: Input<S, E>) => Step);

type Table = { readonly [S in StateKind]: { readonly [E in EventType]: Cell<S, E> } };

/** Every state × every event. After the model of s6-supervise: what is not here cannot happen. */
export const PROGRAM_TABLE: Table = {
  stopped: {
    start: starting.launch,
    stop: stopping.rememberStop,
    restart: starting.launch,
    reset: running.forgive,
    dependencies: "ignore",
    spawned: starting.discard,
    spawn_failed: "ignore",
    adopted: starting.adopt,
    ended_before: starting.recall,
    ready: "ignore",
    extend: "ignore",
    unwell: "ignore",
    exited: "ignore",
    swept: "ignore",
    deadline: "ignore",
  },
  waiting: {
    start: "ignore",
    stop: stopping.sweepOnly,
    restart: "ignore",
    reset: running.forgive,
    dependencies: starting.heed,
    spawned: starting.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ended_before: "ignore",
    ready: "ignore",
    extend: "ignore",
    unwell: "ignore",
    exited: "ignore",
    swept: "ignore",
    deadline: "ignore",
  },
  launching: {
    start: "ignore",
    stop: "ignore", // The spawn is answered within the same turn: no stop comes between.
    restart: "ignore",
    reset: "ignore",
    dependencies: "ignore",
    spawned: starting.begin,
    spawn_failed: starting.spawnFailed,
    adopted: "ignore",
    ended_before: "ignore",
    ready: "ignore",
    extend: "ignore",
    unwell: "ignore",
    exited: "ignore",
    swept: "ignore",
    deadline: "ignore",
  },
  starting: {
    start: "ignore",
    stop: stopping.terminate,
    restart: stopping.terminate,
    reset: running.forgive,
    dependencies: "ignore",
    spawned: starting.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ended_before: "ignore",
    ready: starting.firstReady,
    extend: starting.extend,
    unwell: running.unwell,
    exited: running.end,
    swept: "ignore",
    deadline: starting.deadlineOfStart,
  },
  running: {
    start: "ignore",
    stop: stopping.terminate,
    restart: stopping.terminate,
    reset: running.forgive,
    dependencies: "ignore",
    spawned: starting.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ended_before: "ignore",
    ready: running.changeReady,
    extend: "ignore",
    unwell: running.unwell,
    exited: running.end,
    swept: "ignore",
    deadline: running.becomeStable,
  },
  backoff: {
    start: starting.launch,
    stop: stopping.sweepOnly,
    restart: starting.launch,
    reset: starting.launch,
    dependencies: "ignore",
    spawned: starting.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ended_before: "ignore",
    ready: "ignore",
    extend: "ignore",
    unwell: "ignore",
    exited: "ignore",
    swept: "ignore",
    deadline: starting.retry,
  },
  stopping: {
    start: stopping.changeStop,
    stop: stopping.changeStop,
    restart: stopping.changeStop,
    reset: "ignore",
    dependencies: "ignore",
    spawned: starting.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ended_before: "ignore",
    ready: "ignore",
    extend: "ignore",
    unwell: "ignore",
    exited: stopping.sweep,
    swept: "ignore",
    deadline: stopping.kill,
  },
  lingering: {
    start: stopping.changeLinger,
    stop: stopping.changeLinger,
    restart: stopping.changeLinger,
    reset: "ignore",
    dependencies: "ignore",
    spawned: starting.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ended_before: "ignore",
    ready: "ignore",
    extend: "ignore",
    unwell: "ignore",
    exited: stopping.sweepAtLast,
    swept: "ignore",
    deadline: "ignore",
  },
  sweeping: {
    start: stopping.changeSweep,
    stop: stopping.changeSweep,
    restart: stopping.changeSweep,
    reset: "ignore",
    dependencies: "ignore",
    spawned: starting.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ended_before: "ignore",
    ready: "ignore",
    extend: "ignore",
    unwell: "ignore",
    exited: "ignore",
    swept: stopping.finish,
    deadline: "ignore",
  },
  exited: {
    start: starting.launch,
    stop: stopping.sweepOnly,
    restart: starting.launch,
    reset: running.forgive,
    dependencies: "ignore",
    spawned: starting.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ended_before: "ignore",
    ready: "ignore",
    extend: "ignore",
    unwell: "ignore",
    exited: "ignore",
    swept: "ignore",
    deadline: "ignore",
  },
  failed: {
    start: starting.launch,
    stop: stopping.sweepOnly,
    restart: starting.launch,
    reset: starting.launch,
    dependencies: "ignore",
    spawned: starting.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ended_before: "ignore",
    ready: "ignore",
    extend: "ignore",
    unwell: "ignore",
    exited: "ignore",
    swept: "ignore",
    deadline: "ignore",
  },
};

/** The life that a state is about; undefined when it is about none. */
function generationOf(state: State): number | undefined {
  if ("life" in state) return state.life.generation;
  return "generation" in state ? state.generation : undefined;
}

/** True for the word of a former life, and for a timer whose time has not come in this state. */
function isLate({ state, event, moment }: Input): boolean {
  if (event.type === "deadline") return moment.mono < (deadlineOf(state) ?? Infinity);
  const about = generationOf(state);
  return event.type !== "spawned" && "generation" in event && about !== undefined && event.generation !== about;
}

/**
 * What an event does to a program: pure, total, and the only place where states change.
 *
 * @returns the same state and no effects when the event is late or means nothing here
 */
export function step(input: Input): Step {
  const same = { state: input.state, history: input.history, effects: [] };
  const row = PROGRAM_TABLE[input.state.kind] as Readonly<Record<EventType, Cell<StateKind, EventType>>>;
  const cell = row[input.event.type as Event["type"]];
  return cell === "ignore" || isLate(input) ? same : (cell as (input: Input) => Step)(input);
}
