import { commandWords, FINAL_EXITS, type ServiceDefinition, type ServiceFile, stopSeconds } from "./definition.ts";
import { accountOf, homeLines, shellExports, shellLine, shellWord } from "./shell_text.ts";

/**
 * Source definitions for s6-rc: a longrun and its log. s6-notifyoncheck asks until the daemon is healthy, and then says
 * on descriptor 3 that it is ready.
 */
export function s6Files(definition: ServiceDefinition): ServiceFile[] {
  const { name } = definition;
  const log = `${name}-log`;
  return [
    ...plain(name, {
      type: "longrun",
      "notification-fd": "3",
      "timeout-kill": String(stopSeconds(definition) * 1000),
      "producer-for": log,
    }),
    ...scripts(name, {
      run: runLines(definition),
      finish: [
        "# 125: no restart after wrong usage (2), missing permission (77) or an invalid configuration (78).",
        'case "$1" in',
        `${FINAL_EXITS.join(" | ")}) exit 125 ;;`,
        "esac",
      ],
      "data/check": [`exec ${shellLine(commandWords(definition, "health"))} >/dev/null 2>&1`],
    }),
    ...plain(log, {
      type: "longrun",
      "notification-fd": "3",
      "consumer-for": name,
      "pipeline-name": `${name}-pipeline`,
    }),
    ...scripts(log, {
      run: [
        `mkdir -p ${shellWord(`/var/log/${name}`)}`,
        "# The daemon's lines have their times; 10 archives of 1 MB.",
        `exec s6-log -d 3 n10 s1000000 ${shellWord(`/var/log/${name}`)}`,
      ],
    }),
  ];
}

function runLines(definition: ServiceDefinition): string[] {
  const { user, env } = definition;
  const account = user === undefined ? [] : ["s6-setuidgid", accountOf(definition)];
  return [
    "exec 2>&1",
    ...homeLines(definition),
    ...shellExports(env),
    "# Asks once a second, for a minute at the most.",
    `exec ${shellLine(["s6-notifyoncheck", "-d", "-n", "60", ...account, ...commandWords(definition, "run")])}`,
  ];
}

function plain(directory: string, files: Readonly<Record<string, string>>): ServiceFile[] {
  return Object.entries(files).map(([file, text]) => place(directory, file, { mode: 0o644, text: `${text}\n` }));
}

function scripts(directory: string, files: Readonly<Record<string, readonly string[]>>): ServiceFile[] {
  return Object.entries(files).map(([file, lines]) =>
    place(directory, file, { mode: 0o755, text: ["#!/bin/sh", ...lines, ""].join("\n") })
  );
}

function place(directory: string, file: string, what: Pick<ServiceFile, "mode" | "text">): ServiceFile {
  return { path: `/etc/s6/sv/${directory}/${file}`, name: `${directory}/${file}`, ...what };
}
