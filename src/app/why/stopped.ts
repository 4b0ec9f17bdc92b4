import { escapeControls } from "../../base/escape.ts";
import type { LastEndReport, StatusReport } from "../../base/status_report.ts";
import type { DaemonWhyReport } from "../../base/why_reports.ts";
import { guardText } from "../../base/guard_text.ts";
import { utcTime } from "../../base/utc_time.ts";
import type { DaemonWhyInput } from "./daemon.ts";
import { isDeath } from "../../instance/last_end.ts";

/**
 * Why no daemon runs. Pure.
 *
 * @param of `last`: how its last run ended, undefined when it never ran; `setAside`: damaged databases in which the app
 * had kept something; `now`: wall time in milliseconds
 */
export function explainStopped(
  { name, health, guard }: StatusReport,
  { last, setAside = [], now }: Pick<DaemonWhyInput, "setAside" | "now"> & { readonly last: LastEndReport | undefined },
): DaemonWhyReport {
  const account = last === undefined ? "it never ran here" : accountOf(last);
  const isWell = last === undefined || last.how === "clean";
  const next = guard === undefined ? "" : `; ${guardText(guard, now)}`;
  return {
    ...{ state: "stopped", health, checks: [], programs: [], jobs: [] },
    ...(guard === undefined ? {} : { guard }),
    ...(setAside.length === 0 ? {} : { set_aside: setAside }),
    summary: escapeControls(`${name} is not running: ${account}${next}`),
    hints: [
      "appd start",
      ...(isWell ? [] : ["appd logs -n 50"]),
      ...(isWell && setAside.length === 0 ? [] : ["appd doctor"]),
    ],
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
