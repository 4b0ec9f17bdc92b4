import type { Mode } from "./app.ts";

/**
 * What is doubtful about modes: services that the app does not make of this configuration. Where an app makes none of its
 * configuration, this is a flaw of the app instead.
 *
 * @param services that the app has under this configuration
 * @returns one text for each service that a mode names in vain
 */
export function modeWarnings(
  modes: readonly Mode[],
  services: readonly { readonly name: string }[],
): readonly string[] {
  const has = services.map(({ name }) => name);
  return modes.flatMap((one) => missing(one, has).map((name) => warning(one, name, has)));
}

function missing({ services = [] }: Mode, has: readonly string[]): readonly string[] {
  return services.filter((name) => !has.includes(name));
}

function warning({ name }: Mode, service: string, has: readonly string[]): string {
  const there = has.length === 0 ? "there are none" : `there are: ${has.join(", ")}`;
  return `the mode "${name}" names the service "${service}", which is not there with this configuration; ${there}`;
}
