import { DAEMON_TABLE, type DaemonEvent, type DaemonState } from "../base/lifecycle.ts";

/** Runs {@link DAEMON_TABLE}: holds the state, repeats postponed events, tells a listener of each change. */
export interface LifecycleMachine {
  readonly state: DaemonState;
  /** Steps; true when the state changed. */
  dispatch(event: DaemonEvent): boolean;
}

/** A machine in state `starting`. `onChange` is called after each change, before postponed events are repeated. */
export function createLifecycle(onChange: (from: DaemonState, to: DaemonState) => void): LifecycleMachine {
  let state: DaemonState = "starting";
  let postponed: DaemonEvent[] = [];

  function dispatch(event: DaemonEvent): boolean {
    const step = DAEMON_TABLE[state][event];
    if (step === "ignore" || step === state) return false;
    if (step === "later") {
      if (!postponed.includes(event)) postponed.push(event);
      return false;
    }
    const from = state;
    state = step;
    onChange(from, state);
    const again = postponed;
    postponed = [];
    for (const late of again) dispatch(late);
    return true;
  }

  return {
    get state() {
      return state;
    },
    dispatch,
  };
}
