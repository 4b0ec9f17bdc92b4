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
  /** Wall time in milliseconds of its last sign of life. */
  readonly lastSeenAt: number | undefined;
}

/** Judges how the run that wrote `state` ended. Pure. */
export function judgeLastEnd(state: InstanceState, evidence: Evidence): LastEnd {
  const { pid, ended } = state;
  if (ended !== undefined) {
    const how = ended.exit === 0 ? "clean" : "error";
    return { how, pid, at: ended.at, detail: ended.exit === 0 ? null : `it ended with exit code ${ended.exit}` };
  }
  const { bootId, kernelLine, lastSeenAt, lastWords } = evidence;
  const at = lastSeenAt === undefined ? null : new Date(lastSeenAt).toISOString();
  const death = (how: LastEndHow, detail: string | null): LastEnd => ({ how, pid, at, detail });
  if (state.boot_id !== bootId) return death("reboot", "the machine was restarted, or lost its power, while it ran");
  if (kernelLine !== undefined) return death("out of memory", kernelLine);
  if (lastWords !== undefined) return death("crash", lastWords);
  return death("killed", "it left no word: SIGKILL, most likely");
}

/** In words, for a log and a status: `killed (it left no word: SIGKILL, most likely)`. */
export function lastEndText({ how, detail }: Pick<LastEnd, "how" | "detail">): string {
  return detail === null ? how : `${how} (${detail})`;
}
