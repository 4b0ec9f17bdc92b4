/** `start`, `stop`, `restart` and `status` of an instance that is installed as a service. */
import type { Context } from "../app/context.ts";
import type { Installed } from "../app/service/installed.ts";
import { serviceWorld } from "../app/service/ports.ts";
import { restartService } from "../app/service/restart_service.ts";
import { serviceLine, serviceStatus } from "../app/service/service_status.ts";
import { startService } from "../app/service/start_service.ts";
import { stopService } from "../app/service/stop_service.ts";
import { isOn, numberOf } from "./invocation.ts";
import { serviceStartText } from "./service_start.ts";
import { stopText } from "./verbs/stop.ts";
import type { VerbInput } from "./verb.ts";

/** An instance, and the service that it is. */
export interface AsService {
  readonly context: Context;
  readonly service: Installed;
}

export async function startAsService(input: VerbInput, { context, service }: AsService): Promise<number> {
  const { output, program } = input;
  const started = await startService(serviceWorld(context), service.target);
  if (output.json) output.printJson(started);
  else output.tell(`${program.name}: ${serviceStartText(input, started)}`);
  return 0;
}

export async function stopAsService(input: VerbInput, { context, service }: AsService): Promise<number> {
  const { output, program, invocation } = input;
  const timeoutMs = numberOf(invocation, "timeout");
  const world = serviceWorld(context);
  const stopped = await stopService(world, service.target, timeoutMs === undefined ? {} : { timeoutMs });
  if (output.json) output.printJson(stopped);
  else output.tell(`${program.name}: ${stopped.service}: ${stopText(stopped)}`);
  return 0;
}

export async function restartAsService(input: VerbInput, { context, service }: AsService): Promise<number> {
  const { output, program, invocation } = input;
  const keepPrograms = isOn(invocation, "keep-programs");
  const world = serviceWorld({ ...context, mode: service.owned.memory.options.mode });
  const { stopped, started } = await restartService(world, service.target, { keepPrograms });
  if (output.json) output.printJson({ stopped, started });
  else {
    output.tell(`${program.name}: ${stopped.service}: ${stopText(stopped)}`);
    output.tell(`${program.name}: ${serviceStartText(input, started)}`);
  }
  return 0;
}

/** What there is of the daemon, and what `status` says of its service: a line, and a value for `--json`. */
export async function statusAsService({ context, service }: AsService) {
  const { target } = service;
  const { exit, report } = await serviceStatus(context);
  const { text, state, outside } = await serviceLine(serviceWorld(context), target, report);
  const { enabled, active } = state;
  return { exit, report, text, value: { unit: target.unit, scope: target.scope, enabled, active, outside } };
}
