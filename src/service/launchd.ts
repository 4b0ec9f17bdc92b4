import { posix } from "node:path";
import { commandWords, instanceHome, type ServiceDefinition, type ServiceFile, stopSeconds } from "./definition.ts";
import { xmlText } from "./xml_text.ts";

/** A value of a property list. */
type Plist = string | number | boolean | readonly Plist[] | { readonly [key: string]: Plist };

/** The name by which launchd knows a service: `com.appd.daemon`, or `com.appd.INSTANCE`. */
export function launchdLabel({ label, instance }: Pick<ServiceDefinition, "label" | "instance">): string {
  return instance === undefined ? label : `${label.replace(/\.daemon$/, "")}.${instance}`;
}

/** A property list, launchd.plist(5): a daemon of the system, or an agent of a user by the definition's scope. */
export function launchdFiles(definition: ServiceDefinition): ServiceFile[] {
  const label = launchdLabel(definition);
  const { scope, userHome = "/var/root" } = definition;
  const directory = scope === "user" ? posix.join(userHome, "Library/LaunchAgents") : "/Library/LaunchDaemons";
  const text = [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">`,
    `<plist version="1.0">`,
    ...xml(contents(definition, label), ""),
    "</plist>",
    "",
  ].join("\n");
  return [{ path: `${directory}/${label}.plist`, name: `${label}.plist`, mode: 0o644, text }];
}

function contents(definition: ServiceDefinition, label: string): Plist {
  const { scope, user, group, prefix, env, keepPrograms, restartSec } = definition;
  // launchd rotates nothing, so that the daemon writes its own log; what the runtime says when it dies goes here.
  const late = posix.join(instanceHome(definition), "daemon.err");
  return {
    Label: label,
    ProgramArguments: commandWords(definition, "run"),
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: Math.max(1, Math.ceil(restartSec)),
    ExitTimeOut: stopSeconds(definition),
    ...(keepPrograms ? { AbandonProcessGroup: true } : {}),
    ...(scope === "system" && user !== undefined ? { UserName: user } : {}),
    ...(scope === "system" && group !== undefined ? { GroupName: group } : {}),
    EnvironmentVariables: { [`${prefix}_LOG_OUTPUTS`]: "file", ...env },
    StandardOutPath: late,
    StandardErrorPath: late,
    Umask: 0o077,
  };
}

function xml(value: Plist, indent: string): string[] {
  if (typeof value === "string") return [`${indent}<string>${xmlText(value)}</string>`];
  if (typeof value === "number") return [`${indent}<integer>${value}</integer>`];
  if (typeof value === "boolean") return [`${indent}<${value}/>`];
  const inner = `${indent}  `;
  if (isList(value)) return [`${indent}<array>`, ...value.flatMap((item) => xml(item, inner)), `${indent}</array>`];
  const entries = Object.entries(value).flatMap(([key, item]) => [
    `${inner}<key>${xmlText(key)}</key>`,
    ...xml(item, inner),
  ]);
  return [`${indent}<dict>`, ...entries, `${indent}</dict>`];
}

function isList(value: Plist): value is readonly Plist[] {
  return Array.isArray(value);
}
