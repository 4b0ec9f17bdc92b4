import type { ServiceDefinition, ServiceFile } from "./definition.ts";

/** A line for systemd-sysusers(8), which makes the user of the profiles `dedicated` and `jobs`. */
export function sysusersFiles(definition: ServiceDefinition): ServiceFile[] {
  const { name, program, user = program, home } = definition;
  const text = [
    "# Type  Name  ID  Full name  Home",
    `u ${word(user)} - ${word(definition.description)} ${word(home)}`,
    "",
  ].join("\n");
  return [{ path: `/usr/lib/sysusers.d/${name}.conf`, name: `${name}.sysusers`, mode: 0o644, text }];
}

/** A field, sysusers.d(5): specifiers as in units, quotes around what has spaces. */
function word(text: string): string {
  const escaped = text.replaceAll("%", "%%");
  return /^[^\s"'\\]+$/.test(escaped) ? escaped : `"${escaped.replace(/["\\]/g, "\\$&")}"`;
}
