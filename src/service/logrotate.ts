import { posix } from "node:path";
import { instanceHome, type ServiceDefinition, type ServiceFile } from "./definition.ts";
import { shellWord } from "./shell_text.ts";

/**
 * A file for logrotate(8): it moves the logs, and USR2 tells the daemon to open new ones. Only for those who want logrotate
 * to do what appd does itself.
 */
export function logrotateFiles(definition: ServiceDefinition): ServiceFile[] {
  const { name, logs, user, group = user } = definition;
  const pid = posix.join(instanceHome(definition), "daemon.pid");
  const lines = [
    `# ${definition.program} rotates its logs itself. For logrotate to do it instead, set max_files and rotate_size high.`,
    ...logs.map(pattern),
    "{",
    ...(user === undefined ? [] : [`  su ${user} ${group}`]),
    "  daily",
    "  rotate 7",
    "  missingok",
    "  notifempty",
    "  # The daemon makes the new file. It writes to the old one until it has the signal.",
    "  nocreate",
    "  compress",
    "  delaycompress",
    "  sharedscripts",
    "  postrotate",
    `    [ ! -f ${shellWord(pid)} ] || kill -USR2 "$(cat ${shellWord(pid)})" || true`,
    "  endscript",
    "}",
    "",
  ];
  return [{ path: `/etc/logrotate.d/${name}`, name: `${name}.logrotate`, mode: 0o644, text: lines.join("\n") }];
}

/** A pattern in quotes: `*` stays a pattern, everything else is meant as it is. */
function pattern(path: string): string {
  return `"${path.replace(/["\\]/g, "\\$&")}"`;
}
