import * as steps from "./steps.ts";
import { deadlineOf, type Event, type EventType, type State, type StateKind } from "./state.ts";

/** `ignore`: the event means nothing in this state. */
type Cell<S extends StateKind, E extends EventType> = "ignore" | ((input: steps.Input<S, E>) => steps.Step);

type Table = { readonly [S in StateKind]: { readonly [E in EventType]: Cell<S, E> } };

/** Every state × every event. After the model of s6-supervise: what is not here cannot happen. */
export const PROGRAM_TABLE: Table = {
  stopped: {
    start: steps.launch,
    stop: "ignore",
    restart: steps.launch,
    reset: steps.forgive,
    dependencies: "ignore",
    spawned: steps.discard,
    spawn_failed: "ignore",
    adopted: steps.adopt,
    ready: "ignore",
    unwell: "ignore",
    exited: "ignore",
    swept: "ignore",
    deadline: "ignore",
  },
  waiting: {
    start: "ignore",
    stop: steps.sweepOnly,
    restart: "ignore",
    reset: steps.forgive,
    dependencies: steps.heed,
    spawned: steps.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ready: "ignore",
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
    spawned: steps.begin,
    spawn_failed: steps.spawnFailed,
    adopted: "ignore",
    ready: "ignore",
    unwell: "ignore",
    exited: "ignore",
    swept: "ignore",
    deadline: "ignore",
  },
  starting: {
    start: "ignore",
    stop: steps.terminate,
    restart: steps.terminate,
    reset: steps.forgive,
    dependencies: "ignore",
    spawned: steps.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ready: steps.firstReady,
    unwell: steps.unwell,
    exited: steps.end,
    swept: "ignore",
    deadline: steps.deadlineOfStart,
  },
  running: {
    start: "ignore",
    stop: steps.terminate,
    restart: steps.terminate,
    reset: steps.forgive,
    dependencies: "ignore",
    spawned: steps.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ready: steps.changeReady,
    unwell: steps.unwell,
    exited: steps.end,
    swept: "ignore",
    deadline: steps.becomeStable,
  },
  backoff: {
    start: steps.launch,
    stop: steps.sweepOnly,
    restart: steps.launch,
    reset: steps.launch,
    dependencies: "ignore",
    spawned: steps.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ready: "ignore",
    unwell: "ignore",
    exited: "ignore",
    swept: "ignore",
    deadline: steps.retry,
  },
  stopping: {
    start: steps.changeStop,
    stop: steps.changeStop,
    restart: steps.changeStop,
    reset: "ignore",
    dependencies: "ignore",
    spawned: steps.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ready: "ignore",
    unwell: "ignore",
    exited: steps.sweep,
    swept: "ignore",
    deadline: steps.kill,
  },
  sweeping: {
    start: steps.changeSweep,
    stop: steps.changeSweep,
    restart: steps.changeSweep,
    reset: "ignore",
    dependencies: "ignore",
    spawned: steps.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ready: "ignore",
    unwell: "ignore",
    exited: "ignore",
    swept: steps.finish,
    deadline: "ignore",
  },
  exited: {
    start: steps.launch,
    stop: steps.sweepOnly,
    restart: steps.launch,
    reset: steps.forgive,
    dependencies: "ignore",
    spawned: steps.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ready: "ignore",
    unwell: "ignore",
    exited: "ignore",
    swept: "ignore",
    deadline: "ignore",
  },
  failed: {
    start: steps.launch,
    stop: steps.sweepOnly,
    restart: steps.launch,
    reset: steps.launch,
    dependencies: "ignore",
    spawned: steps.discard,
    spawn_failed: "ignore",
    adopted: "ignore",
    ready: "ignore",
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
function isLate({ state, event, moment }: steps.Input): boolean {
  if (event.type === "deadline") return moment.mono < (deadlineOf(state) ?? Infinity);
  const about = generationOf(state);
  return event.type !== "spawned" && "generation" in event && about !== undefined && event.generation !== about;
}

/**
 * What an event does to a program: pure, total, and the only place where states change.
 *
 * @returns the same state and no effects when the event is late or means nothing here
 */
export function step(input: steps.Input): steps.Step {
  const same = { state: input.state, history: input.history, effects: [] };
  const row = PROGRAM_TABLE[input.state.kind] as Readonly<Record<EventType, Cell<StateKind, EventType>>>;
  const cell = row[input.event.type as Event["type"]];
  return cell === "ignore" || isLate(input) ? same : (cell as (input: steps.Input) => steps.Step)(input);
}
