import { posix } from "node:path";
import { commandWords, type ServiceDefinition } from "./definition.ts";

/** Where the image that `deploy/Containerfile` makes has its program, and its user. */
export const CONTAINER = {
  binary: "/usr/local/bin",
  /** Below the directory of the volume: an orchestrator may let others write to that, and a home must not. */
  home: "/var/lib/appd/home",
  config: "/etc/appd/config.toml",
  uid: 10001,
} as const;

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
