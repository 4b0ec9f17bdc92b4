import { escapeControls } from "../../base/escape.ts";
import type { DaemonWhyReport, LastEndReport, StatusReport } from "../../base/reports.ts";
import { utcTime } from "../../base/utc_time.ts";

/**
 * Why no daemon runs. Pure.
 *
 * @param last how its last run ended; undefined when it never ran
 */
export function explainStopped({ name, health }: StatusReport, last: LastEndReport | undefined): DaemonWhyReport {
  return {
    ...{ state: "stopped", health, checks: [], programs: [], jobs: [] },
    summary: escapeControls(`${name} is not running: ${last === undefined ? "it never ran here" : accountOf(last)}`),
    hints: ["appd start", ...(last === undefined || last.how === "clean" ? [] : ["appd logs -n 50", "appd doctor"])],
  };
}

function accountOf({ how, pid, at, detail }: LastEndReport): string {
  const when = at === null ? "" : ` ${how === "clean" || how === "error" ? "at" : "after"} ${utcTime(Date.parse(at))}`;
  const why = detail === null ? "" : `: ${detail}`;
  return `PID ${pid} ${WORDS[how]}${when}${why}`;
}

const WORDS: Readonly<Record<LastEndReport["how"], string>> = {
  "clean": "was stopped in an orderly way",
  "error": "ended",
  "crash": "crashed",
  "killed": "was killed",
  "out of memory": "was killed for want of memory",
  "reboot": "ended with the machine",
};
