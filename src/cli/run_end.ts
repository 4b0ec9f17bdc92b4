import { humanDuration } from "../base/duration.ts";
import { escapeControls } from "../base/escape.ts";
import { RUN_WORDS, type RunReport } from "../base/job_reports.ts";
import { signalNumber } from "../system/signals.ts";
import { exitPhrase } from "./render_programs.ts";

/** What timeout(1) ends with. */
export const TIMED_OUT = 124;

/**
 * What a command that waited for a run ends with: the job's own exit code, 128 and its number for a signal, as a shell has
 * it; 124 when the job ran into its timeout, and 1 where there is no exit of its own.
 */
export function runExitCode({ state, exit }: RunReport): number {
  if (state === "ok") return 0;
  if (state === "timeout") return TIMED_OUT;
  if (state !== "failed" || exit === null) return 1;
  if (exit.signal !== null) return 128 + (signalNumber(exit.signal) ?? 0);
  return exit.code === null || exit.code === 0 ? 1 : exit.code;
}

/** `run 12 of backup ended well after 3s`, `run 12 of backup failed after 3s: exit 2`. */
export function endText(run: RunReport): string {
  const { id, job, state, duration_s: duration, exit, reason } = run;
  const after = duration === null ? "" : ` after ${humanDuration(duration * 1000)}`;
  const why = [
    ...(state === "failed" && exit !== null ? [exitPhrase(exit)] : []),
    ...(reason === null ? [] : [escapeControls(reason)]),
  ].join(", ");
  return `run ${id} of ${job} ${RUN_WORDS[state]}${after}${why === "" ? "" : `: ${why}`}`;
}
