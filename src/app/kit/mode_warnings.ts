import type { App, Mode } from "./app.ts";

/** Modes of an app, and the services that it has under a configuration. */
export interface ModesUnder {
  readonly app: Pick<App, "modes">;
  /** Name of the mode that is looked at; undefined: all of them. */
  readonly mode: string | undefined;
  readonly services: readonly { readonly name: string }[];
}

/**
 * What is doubtful about modes: services that the app does not make of this configuration. Where an app makes none of its
 * configuration, this is a flaw of the app instead.
 *
 * @returns one text for each service that a mode names in vain
 */
export function modeWarnings({ app, mode, services }: ModesUnder): readonly string[] {
  const looked = mode === undefined ? app.modes : app.modes.filter(({ name }) => name === mode);
  const has = services.map(({ name }) => name);
  return looked.flatMap((one) => missing(one, has).map((name) => warning(one, name, has)));
}

function missing({ services = [] }: Mode, has: readonly string[]): readonly string[] {
  return services.filter((name) => !has.includes(name));
}

function warning({ name }: Mode, service: string, has: readonly string[]): string {
  const there = has.length === 0 ? "there are none" : `there are: ${has.join(", ")}`;
  return `the mode "${name}" names the service "${service}", which is not there with this configuration; ${there}`;
}
