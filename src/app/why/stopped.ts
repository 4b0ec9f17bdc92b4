import { escapeControls } from "../../base/escape.ts";
import type { DaemonWhyReport, LastEndReport, StatusReport } from "../../base/reports.ts";
import { guardText } from "../../base/guard_text.ts";
import { utcTime } from "../../base/utc_time.ts";
import { isDeath } from "../../instance/last_end.ts";

/**
 * Why no daemon runs. Pure.
 *
 * @param of `last`: how its last run ended, undefined when it never ran; `now`: wall time in milliseconds
 */
export function explainStopped(
  { name, health, guard }: StatusReport,
  { last, now }: { readonly last: LastEndReport | undefined; readonly now: number },
): DaemonWhyReport {
  const account = last === undefined ? "it never ran here" : accountOf(last);
  const next = guard === undefined ? "" : `; ${guardText(guard, now)}`;
  return {
    ...{ state: "stopped", health, checks: [], programs: [], jobs: [] },
    ...(guard === undefined ? {} : { guard }),
    summary: escapeControls(`${name} is not running: ${account}${next}`),
    hints: ["appd start", ...(last === undefined || last.how === "clean" ? [] : ["appd logs -n 50", "appd doctor"])],
  };
}

function accountOf(last: LastEndReport): string {
  const { how, pid, at, detail } = last;
  const when = at === null ? "" : ` ${isDeath(last) ? "after" : "at"} ${utcTime(Date.parse(at))}`;
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
