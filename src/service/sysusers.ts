import { AppdError } from "../base/errors.ts";
import type { ServiceDefinition, ServiceFile } from "./definition.ts";

/** A line for systemd-sysusers(8), which makes the user of the profiles `dedicated` and `jobs`. */
export function sysusersFiles(definition: ServiceDefinition): ServiceFile[] {
  const { name, program, user = program, home } = definition;
  if (home.includes(":")) {
    throw new AppdError(`cannot make a user: its home cannot have a colon in its path: ${home}`, { exit: "usage" });
  }
  const text = [
    "# Type  Name  ID  Full name  Home",
    `u ${word(user)} - ${word(fullName(definition.description))} ${word(home)}`,
    "",
  ].join("\n");
  return [{ path: `/usr/lib/sysusers.d/${name}.conf`, name: `${name}.sysusers`, mode: 0o644, text }];
}

/**
 * For passwd(5), where a colon ends a field: systemd-sysusers(8) leaves out the whole line then, and ends with success.
 */
function fullName(description: string): string {
  return description.replaceAll(/\s*[:\p{Cc}]+\s*/gu, " - ");
}

/** A field, sysusers.d(5): specifiers as in units, quotes around what has spaces. */
function word(text: string): string {
  const escaped = text.replaceAll("%", "%%");
  return /^[^\s"'\\]+$/.test(escaped) ? escaped : `"${escaped.replace(/["\\]/g, "\\$&")}"`;
}
