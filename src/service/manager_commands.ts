import { posix } from "node:path";
import type { Kind, Scope } from "./definition.ts";
import { launchdLabel } from "./launchd.ts";

/** The service managers that we install for. */
export type Manager = "systemd" | "launchd" | "openrc";

/** One service as its manager knows it. */
export interface ServiceTarget {
  readonly manager: Manager;
  readonly scope: Scope;
  /** `appd.service`, the label of launchd, or the script of OpenRC. */
  readonly unit: string;
  /** The file that makes it known, absolute. */
  readonly path: string;
  /** Whose service manager it is; only read with the scope `user`. */
  readonly uid: number;
}

/** Where a service of one instance belongs. */
export interface Place {
  readonly manager: Manager;
  readonly scope: Scope;
  /** Name of the service without an instance. */
  readonly service: string;
  /** The same for launchd. */
  readonly label: string;
  readonly instance?: string | undefined;
  readonly userHome: string;
  readonly uid: number;
}

/** Name and path of the file that the renderers make for the same instance. */
export function targetAt({ manager, scope, service, label, instance, userHome, uid }: Place): ServiceTarget {
  const name = instance === undefined ? service : `${service}-${instance}`;
  if (manager === "openrc") return { manager, scope, unit: name, path: `/etc/init.d/${name}`, uid };
  if (manager === "launchd") {
    const unit = launchdLabel({ label, instance });
    const directory = scope === "user" ? posix.join(userHome, "Library/LaunchAgents") : "/Library/LaunchDaemons";
    return { manager, scope, unit, path: `${directory}/${unit}.plist`, uid };
  }
  const directory = scope === "user" ? posix.join(userHome, ".config/systemd/user") : "/etc/systemd/system";
  return { manager, scope, unit: `${name}.service`, path: `${directory}/${name}.service`, uid };
}

/** The format that a manager reads. */
export function kindFor({ manager, scope }: Pick<ServiceTarget, "manager" | "scope">): Kind {
  if (manager === "openrc") return "openrc";
  if (manager === "launchd") return scope === "user" ? "launchd-agent" : "launchd";
  return scope === "user" ? "systemd-user" : "systemd";
}

/** One command line of a service manager. */
export interface ManagerCommand {
  readonly words: readonly string[];
  /** It fails also where there is nothing to do, so that its failure says nothing. */
  readonly mayFail?: true;
}

/**
 * What a service manager is told: to read its files again, …, to forget that a service
 * has failed, to remove what it had below /run. */
export type Action = "reread" | "enable" | "disable" | "start" | "stop" | "restart" | "kill" | "forget" | "clean";

/** The command lines for each action, systemctl(1), launchctl(1), rc-update(8) and rc-service(8). */
export function managerCommands(target: ServiceTarget): Readonly<Record<Action, readonly ManagerCommand[]>> {
  if (target.manager === "launchd") return launchctl(target);
  return target.manager === "openrc" ? openrc(target) : systemctl(target);
}

/** `systemctl` for this scope, which never asks for a password. */
export function systemctlWords(scope: Scope, ...words: readonly string[]): string[] {
  return ["systemctl", ...(scope === "user" ? ["--user"] : []), "--no-pager", "--no-ask-password", ...words];
}

function systemctl({ scope, unit }: ServiceTarget): Record<Action, ManagerCommand[]> {
  const one = (...words: string[]) => [{ words: systemctlWords(scope, ...words) }];
  return {
    reread: one("daemon-reload"),
    enable: one("enable", unit),
    disable: one("disable", unit),
    start: one("start", unit),
    stop: one("stop", unit),
    restart: one("restart", unit),
    kill: one("kill", "--signal=KILL", unit),
    forget: [{ words: systemctlWords(scope, "reset-failed", unit), mayFail: true }],
    clean: [{ words: systemctlWords(scope, "clean", "--what=runtime", unit), mayFail: true }],
  };
}

/** What launchd calls the places of services: the system's, or the session of a user. */
export function launchdDomain({ scope, uid }: Pick<ServiceTarget, "scope" | "uid">): string {
  return scope === "user" ? `gui/${uid}` : "system";
}

function launchctl(target: ServiceTarget): Record<Action, ManagerCommand[]> {
  const domain = launchdDomain(target);
  const service = `${domain}/${target.unit}`;
  const load: ManagerCommand = { words: ["launchctl", "bootstrap", domain, target.path], mayFail: true };
  const unload: ManagerCommand = { words: ["launchctl", "bootout", service], mayFail: true };
  const run: ManagerCommand = { words: ["launchctl", "kickstart", service] };
  return {
    reread: [],
    enable: [{ words: ["launchctl", "enable", service] }],
    disable: [{ words: ["launchctl", "disable", service] }],
    start: [load, run],
    stop: [unload],
    restart: [unload, load, run],
    kill: [{ words: ["launchctl", "kill", "SIGKILL", service] }],
    forget: [],
    clean: [],
  };
}

function openrc({ unit }: ServiceTarget): Record<Action, ManagerCommand[]> {
  const service = (action: string): ManagerCommand[] => [{ words: ["rc-service", unit, action] }];
  return {
    reread: [{ words: ["rc-update", "--update"], mayFail: true }],
    enable: [{ words: ["rc-update", "add", unit, "default"] }],
    disable: [{ words: ["rc-update", "--all", "delete", unit], mayFail: true }],
    start: service("start"),
    stop: service("stop"),
    restart: service("restart"),
    kill: service("stop"),
    forget: [{ words: ["rc-service", unit, "zap"], mayFail: true }],
    clean: [],
  };
}
