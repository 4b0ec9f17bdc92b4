import { installedServices } from "../app/service/installed.ts";
import { serviceWorld } from "../app/service/ports.ts";
import { type ServiceStart, startService } from "../app/service/start_service.ts";
import { type ServiceStop, stopService } from "../app/service/stop_service.ts";
import { createContext } from "../app/context.ts";
import { givenContext } from "./context_of.ts";
import { startText } from "./verbs/start.ts";
import { stopText } from "./verbs/stop.ts";
import type { VerbInput } from "./verb.ts";

/** Starts the service that was just installed or enabled, and says so. */
export async function startInstalled(
  input: VerbInput,
  { unit, scope }: { unit: string; scope: "system" | "user" },
): Promise<ServiceStart | undefined> {
  const found = serviceAt(input, { unit, scope });
  if (found === undefined) return undefined;
  const started = await startService(found.world, found.target);
  if (!input.output.json) input.output.tell(`${input.program.name}: ${serviceStartText(input, started)}`);
  return started;
}

/** Stops the service that was just disabled, and says so. */
export async function stopInstalled(
  input: VerbInput,
  { unit, scope }: { unit: string; scope: "system" | "user" },
): Promise<ServiceStop | undefined> {
  const found = serviceAt(input, { unit, scope });
  if (found === undefined) return undefined;
  const stopped = await stopService(found.world, found.target);
  if (!input.output.json) input.output.tell(`${input.program.name}: ${unit}: ${stopText(stopped)}`);
  return stopped;
}

/** The installed service with the home that it was installed for. */
function serviceAt(input: VerbInput, { unit, scope }: { unit: string; scope: "system" | "user" }) {
  const context = givenContext(input);
  const installed = installedServices(context.system, { product: context.app.product, instance: context.instance })
    .find(({ target }) => target.unit === unit && target.scope === scope);
  if (installed === undefined) return undefined;
  const { home } = installed.owned.memory;
  return { world: serviceWorld(createContext({ ...context, home })), target: installed.target };
}

/** `appd.service: running as PID 1234 (0.2 s)`; a daemon that runs beside its service is told. */
export function serviceStartText({ output, program }: VerbInput, started: ServiceStart): string {
  const text = `${started.service}: ${startText(started)}`;
  if (!started.outside) return text;
  return `${text}, but not as this service; hand it over: ${output.advise(`${program.name} restart`)}`;
}
