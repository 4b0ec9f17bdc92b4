import { enableService } from "../../app/service/enable.ts";
import { serviceWorld } from "../../app/service/ports.ts";
import { givenContext } from "../context_of.ts";
import { isOn } from "../invocation.ts";
import { startInstalled, stopInstalled } from "../service_start.ts";
import { scopeOf } from "../service_wish.ts";
import type { VerbInput } from "../verb.ts";

/** Has the service start at boot; `--now` starts it. */
export function enable(input: VerbInput): Promise<number> {
  return change(input, true);
}

/** The service no longer starts at boot; `--now` stops it. */
export function disable(input: VerbInput): Promise<number> {
  return change(input, false);
}

async function change(input: VerbInput, on: boolean): Promise<number> {
  const { invocation, output, program } = input;
  const dryRun = isOn(invocation, "dry-run");
  const world = serviceWorld(givenContext(input));
  const result = await enableService(world, { scope: scopeOf(invocation), on, dryRun });
  const { unit, already } = result;
  const done = already
    ? `is already ${on ? "enabled" : "disabled"}`
    : on
    ? "starts at boot"
    : "no longer starts at boot";
  if (!output.json) output.tell(`${program.name}: ${dryRun && !already ? "would be done: " : ""}${unit} ${done}`);
  const now = isOn(invocation, "now") && !dryRun;
  const more = now
    ? on ? { started: await startInstalled(input, result) } : { stopped: await stopInstalled(input, result) }
    : {};
  if (output.json) output.printJson({ ...result, dry_run: dryRun, ...more });
  return 0;
}
