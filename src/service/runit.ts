import { commandWords, FINAL_EXITS, type ServiceDefinition, type ServiceFile, stopSeconds } from "./definition.ts";
import { accountOf, homeLines, shellExports, shellLine, shellWord } from "./shell_text.ts";

/** A service directory for runsv(8): run, finish, check and a log service. */
export function runitFiles(definition: ServiceDefinition): ServiceFile[] {
  const { name, user, env } = definition;
  const change = user === undefined ? [] : ["chpst", "-u", accountOf(definition)];
  const scripts: Readonly<Record<string, readonly string[]>> = {
    run: [
      `# Stopping takes up to ${stopSeconds(definition)} s: sv -w ${stopSeconds(definition)} down ${name}`,
      "exec 2>&1",
      ...homeLines(definition),
      ...shellExports(env),
      `exec ${shellLine([...change, ...commandWords(definition, "run")])}`,
    ],
    finish: [
      "# No restart after wrong usage (2), missing permission (77) or an invalid configuration (78): they need a person.",
      'case "$1" in',
      `${FINAL_EXITS.join(" | ")}) exec sv down . ;;`,
      "esac",
    ],
    check: [
      "# sv start waits until this succeeds.",
      `exec ${shellLine(commandWords(definition, "health"))} >/dev/null 2>&1`,
    ],
    "log/run": [`mkdir -p ${shellWord(`/var/log/${name}`)}`, `exec svlogd ${shellWord(`/var/log/${name}`)}`],
  };
  return Object.entries(scripts).map(([file, lines]) => ({
    path: `/etc/sv/${name}/${file}`,
    name: `${name}/${file}`,
    mode: 0o755,
    text: ["#!/bin/sh", ...lines, ""].join("\n"),
  }));
}
