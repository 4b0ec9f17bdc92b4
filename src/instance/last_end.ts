import type { LastEndReport as LastEnd } from "../base/status_report.ts";
import type { InstanceState } from "./state_file.ts";

export type { LastEnd };

type LastEndHow = LastEnd["how"];

/** What can be found out about a death. */
export interface Evidence {
  readonly bootId: string;
  /** What the runtime printed last, after the run had begun; undefined when nothing. */
  readonly lastWords: string | undefined;
  /** The kernel's own line about killing that PID for want of memory. */
  readonly kernelLine: string | undefined;
  /** Wall time in milliseconds of the last sign of life that is known of any run; undefined when there is none. */
  readonly lastSeenAt: number | undefined;
}

/** Judges how the run that wrote `state` ended. Pure. */
export function judgeLastEnd(state: InstanceState, evidence: Evidence): LastEnd {
  const { pid, ended } = state;
  if (ended !== undefined) {
    const { at, exit, reason } = ended;
    if (exit === 0) return { how: "clean", pid, at, detail: null };
    return {
      how: "error",
      pid,
      at,
      detail: `it ended with exit code ${exit}${reason === undefined ? "" : `: ${reason}`}`,
    };
  }
  const { bootId, kernelLine, lastSeenAt, lastWords } = evidence;
  const at = lastSignOf(state, lastSeenAt);
  const death = (how: LastEndHow, detail: string | null): LastEnd => ({ how, pid, at, detail });
  if (state.boot_id !== bootId) return death("reboot", "the machine was restarted, or lost its power, while it ran");
  if (kernelLine !== undefined) return death("out of memory", kernelLine);
  if (lastWords !== undefined) return death("crash", lastWords);
  return death("killed", "it left no word: SIGKILL, most likely");
}

/** Of a run that left no sign, the last one is its start. */
function lastSignOf({ started_at }: InstanceState, lastSeenAt: number | undefined): string | null {
  const started = Date.parse(started_at);
  const last = Math.max(lastSeenAt ?? started, started);
  return Number.isNaN(last) ? null : new Date(last).toISOString();
}

/** Whether its end could not be written down, so that its time is that of the last sign of life. */
export function isDeath({ how }: Pick<LastEnd, "how">): boolean {
  return how !== "clean" && how !== "error";
}

/** In words, for a log and a status: `killed (it left no word: SIGKILL, most likely)`. */
export function lastEndText({ how, detail }: Pick<LastEnd, "how" | "detail">): string {
  return detail === null ? how : `${how} (${detail})`;
}
