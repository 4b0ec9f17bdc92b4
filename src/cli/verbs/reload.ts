import { confirmReload, reloadDaemon } from "../../app/control.ts";
import { type AppdError, cannot } from "../../base/errors.ts";
import type { LingeringService, ReloadResult } from "../../base/reload_reports.ts";
import { utcTime } from "../../base/utc_time.ts";
import { contextOf } from "../context_of.ts";
import { reportFailures } from "../failure.ts";
import { isOn, numberOf } from "../invocation.ts";
import { reloadText } from "../render_reload.ts";
import { usageError } from "../usage.ts";
import type { VerbInput } from "../verb.ts";

const SECOND = 1000;
const DAY = 86_400_000;

/**
 * Applies the configuration, or plans it, and says what became of each program and key.
 *
 * @throws AppdError (config) when it is invalid, for scripts as for people
 */
export async function reload(input: VerbInput): Promise<number> {
  const { invocation, output, program } = input;
  const plan = isOn(invocation, "plan");
  const confirmMs = numberOf(invocation, "confirm");
  checkOptions(plan, confirmMs);
  const context = contextOf(input);
  const result = await reloadDaemon(context, { plan, ...(confirmMs === undefined ? {} : { confirmMs }) });
  if (!result.ok) {
    throw cannot(["reload", context.configFile], result.error ?? "the configuration is invalid", {
      exit: "config",
      hint: `the old configuration stays live; check the new one: ${program.name} config check`,
    });
  }
  if (output.json) output.printJson(result);
  else tellReload(input, result, { plan, confirmMs });
  return reportFailures(output, (result.lingering ?? []).map(lingers), { program: program.name, stack: false });
}

interface Asked {
  readonly plan: boolean;
  readonly confirmMs: number | undefined;
}

/** A plan was asked for; what a reload did, `--quiet` silences. */
function tellReload({ output, program }: VerbInput, result: ReloadResult, { plan, confirmMs }: Asked): void {
  const confirmed = result.confirm_until && confirmMs || undefined;
  const text = output.advise(reloadText(result, { program: program.name, confirmMs: confirmed }));
  if (plan) output.print(text);
  else output.tell(text);
}

/** The new configuration holds, and this service does not know: its old life goes on. */
function lingers({ name, since, then }: LingeringService): AppdError {
  const [verb, next] = then === "start"
    ? ["restart", "begins again when it has ended after all"]
    : ["stop", "goes on inside the daemon"];
  return cannot([verb, name], `it ignores its signal since ${utcTime(Date.parse(since))}, and ${next}`, {
    exit: "generic",
    hint: "end it with the daemon: appd restart",
  });
}

function checkOptions(plan: boolean, confirmMs: number | undefined): void {
  if (confirmMs === undefined) return;
  if (plan) {
    throw usageError("cannot use --plan and --confirm at once: a plan changes nothing", "first: appd reload --plan");
  }
  if (confirmMs >= SECOND && confirmMs <= DAY) return;
  throw usageError('cannot use option "--confirm": it takes from 1s to 1d', "for example: --confirm 60s");
}

/** `reload confirm`: keeps what a reload on probation did. */
export async function confirm(input: VerbInput): Promise<number> {
  const { output, program } = input;
  await confirmReload(contextOf(input));
  if (output.json) output.printJson({ confirmed: true });
  else output.tell(`${program.name}: confirmed, the new configuration stays`);
  return 0;
}
