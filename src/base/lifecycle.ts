/**
 * The daemon's states as one total table, state × event. A cell is the next state; `ignore` is written down.
 * `degraded` and `ready` differ only in what health says; both serve.
 */
export const DAEMON_STATES = ["starting", "ready", "degraded", "reloading", "stopping", "stopped"] as const;
export type DaemonState = (typeof DAEMON_STATES)[number];

export const DAEMON_EVENTS = [
  "started",
  "degrade",
  "recover",
  "reload",
  "reload_done",
  "stop",
  "stopped",
] as const;
export type DaemonEvent = (typeof DAEMON_EVENTS)[number];

/** Either the next state, or `ignore`: the event means nothing here, or `later`: repeat it once this state is left. */
export type DaemonStep = DaemonState | "ignore" | "later";

export const DAEMON_TABLE: Readonly<Record<DaemonState, Readonly<Record<DaemonEvent, DaemonStep>>>> = {
  starting: {
    started: "ready",
    degrade: "ignore",
    recover: "ignore",
    reload: "later",
    reload_done: "ignore",
    stop: "stopping",
    stopped: "stopped",
  },
  ready: {
    started: "ignore",
    degrade: "degraded",
    recover: "ignore",
    reload: "reloading",
    reload_done: "ignore",
    stop: "stopping",
    stopped: "stopped",
  },
  degraded: {
    started: "ignore",
    degrade: "ignore",
    recover: "ready",
    reload: "reloading",
    reload_done: "ignore",
    stop: "stopping",
    stopped: "stopped",
  },
  reloading: {
    started: "ignore",
    degrade: "later",
    recover: "later",
    reload: "later",
    reload_done: "ready",
    stop: "stopping",
    stopped: "stopped",
  },
  stopping: {
    started: "ignore",
    degrade: "ignore",
    recover: "ignore",
    reload: "ignore",
    reload_done: "ignore",
    stop: "ignore",
    stopped: "stopped",
  },
  stopped: {
    started: "ignore",
    degrade: "ignore",
    recover: "ignore",
    reload: "ignore",
    reload_done: "ignore",
    stop: "ignore",
    stopped: "ignore",
  },
};
