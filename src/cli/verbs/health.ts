import { checksOf, daemonStatus, health as askHealth, reportFor } from "../../app/control.ts";
import { cannot } from "../../base/errors.ts";
import { escapeControls } from "../../base/escape.ts";
import type { HealthReport } from "../../base/health_reports.ts";
import { contextOf } from "../context_of.ts";
import type { VerbInput } from "../verb.ts";

/** Probes once: 0 when healthy, else 1 with the reason on stderr. */
export async function health(input: VerbInput): Promise<number> {
  const { output, program } = input;
  const context = contextOf(input);
  const report = await askHealth(context);
  if (report && output.json) output.printJson(report);
  if (report?.status === "healthy") {
    if (!output.json) output.tell(`${program.name}: healthy`);
    return 0;
  }
  const action = ["confirm the health of", context.called] as const;
  if (report) throw cannot(action, reasonOf(report), { exit: "generic", hint: `look closer: ${program.name} why` });
  const { exit } = await daemonStatus(context);
  throw exit === 4
    ? cannot(action, "the daemon runs but does not answer", { exit: "generic", hint: `see: ${program.name} status` })
    : cannot(action, "the daemon is not running", { exit: "generic", hint: `start it: ${program.name} start` });
}

/** Prints the names of the checks, for completions. */
export async function names(input: VerbInput): Promise<number> {
  const context = contextOf(input);
  const action = ["list the health checks of", context.called] as const;
  await reportFor(context, action);
  const known = Object.keys(await checksOf(context, action));
  if (input.output.json) input.output.printJson(known);
  else if (known.length > 0) input.output.print(known.join("\n"));
  return 0;
}

/** `degraded (db: connection refused)` */
export function reasonOf(report: Pick<HealthReport, "status" | "checks">): string {
  const bad = Object.entries(report.checks).filter(([, check]) => !check.ok);
  const why = bad.map(([name, check]) => `${name}: ${escapeControls(check.error ?? "failed")}`).join("; ");
  return why === "" ? report.status : `${report.status} (${why})`;
}
