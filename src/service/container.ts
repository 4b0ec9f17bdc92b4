import { posix } from "node:path";
import { commandWords, type ServiceDefinition } from "./definition.ts";

/** Where the image that `deploy/Containerfile` makes has its program, and its user. */
export const CONTAINER = {
  binary: "/usr/local/bin",
  uid: 10001,
} as const;

/** The home in a container: below the directory of the volume, which others may write to, as they may not to a home. */
export function containerHome(program: string): string {
  return `/var/lib/${program}/home`;
}

/** Where a container has its configuration, unless the definition says otherwise. */
export function containerConfig({ program, configFile }: Pick<ServiceDefinition, "program" | "configFile">): string {
  return configFile ?? `/etc/${program}/config.toml`;
}

/** Directory that a volume is mounted on. */
export function volumeOf({ home }: Pick<ServiceDefinition, "home">): string {
  return posix.dirname(home);
}

/** argv of a command in the container; a `$` is doubled as `escape` says. */
export function containerWords(
  definition: ServiceDefinition,
  verb: string,
  escape: (text: string) => string,
): string[] {
  return commandWords(definition, verb).map(escape);
}

/** Path of the script that is the container's first process. */
export function initOf({ program }: Pick<ServiceDefinition, "program">): string {
  return posix.join(CONTAINER.binary, `${program}-init`);
}
