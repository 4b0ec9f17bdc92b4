import { AppdError } from "../../base/errors.ts";
import type { Scope } from "../../service/definition.ts";
import type { Manager } from "../../service/manager_commands.ts";
import type { Files } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { targetOf } from "../doctor/seen.ts";

/** The service manager of this host that runs, or undefined: sd_booted(3); OpenRC makes /run/openrc at boot. */
export function managerOf({ files, host }: Pick<System, "files" | "host">): Manager | undefined {
  if (host.platform === "darwin") return "launchd";
  if (host.platform !== "linux") return undefined;
  if (isDirectory(files, "/run/systemd/system")) return "systemd";
  return isDirectory(files, "/run/openrc") ? "openrc" : undefined;
}

function isDirectory(files: Files, path: string): boolean {
  return targetOf(files, path)?.kind === "directory";
}

/** Whose service is meant when nobody says it: the host's for root, else the user's own. */
export function defaultScope({ host }: Pick<System, "host">): Scope {
  return host.uid === 0 ? "system" : "user";
}

/** @throws AppdError (notRunning) with the alternatives, when this host has no service manager for this scope */
export function requireManager(system: System, { program, scope }: { program: string; scope: Scope }): Manager {
  const manager = managerOf(system);
  if (manager === undefined) {
    throw none(
      "no service manager runs here that it knows (systemd, launchd, OpenRC)",
      `without one: ${program} start, with daemon.keep_alive = true; or under another: ${program} generate runit, ${program} generate s6`,
    );
  }
  if (manager === "openrc" && scope === "user") {
    throw none("OpenRC runs no services of users", `as root: ${program} install --system --run-as USER`);
  }
  return manager;
}

function none(cause: string, hint: string): AppdError {
  return new AppdError(`cannot manage a service: ${cause}`, { exit: "notRunning", hint });
}
