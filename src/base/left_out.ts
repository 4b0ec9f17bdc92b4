import type { StatusReport } from "./status_report.ts";

/** Why a name is none of those that run. */
export interface Absence {
  readonly cause: string;
  readonly hint: string;
}

/** Of a service that the app has and the daemon does not run: who left it out. Undefined for any other name. */
export function absenceOf(
  name: string,
  { mode, left_out: all = [] }: Pick<StatusReport, "mode" | "left_out">,
): Absence | undefined {
  switch (all.find((one) => one.name === name)?.by) {
    case "mode":
      return { cause: `the mode "${mode}" leaves it out`, hint: "run everything: appd restart --mode all" };
    case "configuration":
      return { cause: "the configuration leaves it out", hint: "see what it says: appd config list" };
    case undefined:
      return undefined;
  }
}
