import { type InstalledReport, installedReports } from "../../app/service/is_installed.ts";
import { serviceWorld } from "../../app/service/ports.ts";
import { givenContext } from "../context_of.ts";
import { scopeOf } from "../service_wish.ts";
import type { VerbInput } from "../verb.ts";

/** Says whether the instance is a service of the host: 0 when it is, else 1. */
export async function isInstalled(input: VerbInput): Promise<number> {
  const { invocation, output, program } = input;
  const world = serviceWorld(givenContext(input));
  const services = await installedReports(world, { scope: scopeOf(invocation) });
  if (output.json) output.printJson({ installed: services.length > 0, services });
  else if (services.length === 0) output.tell(`${program.name}: not installed`);
  else for (const service of services) output.tell(`${program.name}: ${reportText(input, service)}`);
  return services.length > 0 ? 0 : 1;
}

/** `appd.service (system, enabled, active) in "/etc/…", as this binary would write it` */
function reportText({ output, program }: VerbInput, service: InstalledReport): string {
  const { unit, scope, enabled, active, path, edited, differs } = service;
  const state = [scope, enabled ? "enabled" : "disabled", active].join(", ");
  const look = output.advise(`${program.name} install --${scope} --dry-run`);
  const compared = edited
    ? `edited by hand, see: ${look}`
    : differs === null
    ? "not compared with what this binary would write"
    : differs
    ? `not as this binary would write it, see: ${look}`
    : "as this binary would write it";
  return `${unit} (${state}) in "${path}", ${compared}`;
}
