import { dependencies } from "./kind_dependencies.ts";
import type { Reading } from "./kind.ts";
import { duration, flag, integer, oneOf, size } from "./kinds.ts";
import { command } from "./kinds_nested.ts";
import { setting, type ValuesOf } from "./setting.ts";
import { liveProbe, readyProbe } from "./settings_probe.ts";

/** Signals that may stop what we run. */
const STOP_SIGNALS = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGKILL"] as const;
type StopSignal = typeof STOP_SIGNALS[number];

/** How a process is asked to stop; `noun` says whose settings these are: `program`. */
export function stopSettings(noun: string) {
  return {
    stop_signal: setting(oneOf<StopSignal>(STOP_SIGNALS, shortNames()), {
      default: "SIGTERM",
      help: `signal that asks the ${noun} to stop`,
      reload: "applied",
      example: "SIGINT",
    }),
    stop_timeout: setting(duration({ min: 0 }), {
      default: "10s",
      help: "time from the stop signal to SIGKILL",
      reload: "applied",
      example: "1m",
    }),
  } as const;
}

/** When a program is started, how it is seen to be well, and how it is stopped. */
export const LIFE = {
  max_memory: setting(size({ min: 1 }), {
    defaultText: "none",
    help: "resident memory of the whole process tree above which the program is restarted",
    reload: "applied",
    example: "512MiB",
  }),
  max_memory_window: setting(duration({ min: 1 }), {
    default: "30s",
    help: "time that it has to stay above max_memory",
    reload: "applied",
    example: "2m",
  }),
  instances: setting(integer({ min: 1, max: 1000 }), {
    defaultText: "one, under the plain name",
    help: "how many of it run, as NAME.1, NAME.2 and so on",
    doc: "Each finds its number in `APPD_INSTANCE`.",
    reload: "applied",
    example: 4,
  }),
  depends_on: setting(dependencies(), {
    defaultText: "none",
    help: "programs that have to be there before this one is started, each with its condition",
    doc: "Conditions: `started`; `ready`; `healthy`: ready, and its liveness probe finds nothing wrong; `completed`: " +
      "exited with 0. An array of names asks for `ready`. Of a program with instances, all have to meet it. " +
      "Stopping goes the other way.",
    reload: "applied",
    example: { db: "ready", migrate: "completed" },
  }),
  ready: setting(readyProbe(), {
    defaultText: "alive for 1 s",
    help: "how it shows that it can be used",
    doc:
      "One of the first six keys below says what to look at. Until the first success the program is `starting`; a later " +
      "failure only says that it is not ready.",
    reload: "applied",
    example: { http: "http://127.0.0.1:9000/ready" },
  }),
  live: setting(liveProbe(), {
    defaultText: "none",
    help: "how it shows that it works; it is restarted when it does not",
    doc: "One of the first four keys below says what to look at, from the first readiness on.",
    reload: "applied",
    example: { tcp: 9000, period: "30s" },
  }),
  restart: setting(oneOf(["always", "on-failure", "never"]), {
    default: "always",
    help: "when the program is started again after it has ended",
    reload: "applied",
    example: "on-failure",
  }),
  stop_command: setting(command(), {
    defaultText: "none",
    help: "command that is run to stop the program, before the signal; an array of words",
    doc: "Runs as the program does. With `shell = true` it may be one line for `/bin/sh`.",
    reload: "applied",
    example: ["./server", "--quit"],
  }),
  ...stopSettings("program"),
  start_timeout: setting(duration({ min: 1 }), {
    default: "60s",
    help: "time in which the program has to become ready",
    reload: "applied",
    example: "2m",
  }),
  stable_after: setting(duration({ min: 0 }), {
    default: "10s",
    help: "time after which a ready program counts as stable, and its failures are forgotten",
    reload: "applied",
    example: "30s",
  }),
  critical: setting(flag(), {
    default: false,
    help: "health is degraded (503) while the program is not running",
    reload: "applied",
    example: true,
  }),
  on_failed: setting(oneOf(["degrade", "stop_all", "exit"]), {
    default: "degrade",
    help: "what follows when a critical program has failed for good",
    doc:
      "`degrade`: health says so. `stop_all`: all other programs are stopped. `exit`: the daemon ends with an error, " +
      "so that a container is restarted.",
    reload: "applied",
    example: "exit",
  }),
} as const;

/** `TERM` for `SIGTERM`, as kill(1) has it. */
function shortNames(): Record<string, StopSignal> {
  return Object.fromEntries(STOP_SIGNALS.map((name) => [name.slice(3), name]));
}

/** `on_failed` without `critical` does nothing, which nobody means. */
export function checkOnFailed({ critical, onFailed }: ValuesOf<typeof LIFE>, reading: Reading): void {
  if (critical || onFailed === "degrade") return;
  reading.warn(`is "${onFailed}", which holds for critical programs only`, {
    path: ["on_failed"],
    hint: "add: critical = true",
  });
}
