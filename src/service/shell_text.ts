import { instanceHome, type ServiceDefinition } from "./definition.ts";

const PLAIN = /^[A-Za-z0-9_./:@%+,=-]+$/;

/** A word of sh(1) that is exactly `text`. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command line of sh(1). */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** `export` lines for variables, one a line. */
export function shellExports(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([key, value]) => `export ${key}=${shellWord(value)}`);
}

/** `USER` or `USER:GROUP`, as chown(1) and its like take it. */
export function accountOf({ user = "root", group }: Pick<ServiceDefinition, "user" | "group">): string {
  return group === undefined ? user : `${user}:${group}`;
}

/** Makes the home of a service that has a user of its own; without one the daemon makes it itself. */
export function homeLines(definition: ServiceDefinition): string[] {
  const { user, group, home } = definition;
  if (user === undefined) return [];
  const owner = shellLine(["-o", user, ...(group === undefined ? [] : ["-g", group])]);
  const directories = [...new Set([home, instanceHome(definition)])];
  return directories.map((path) => `[ -d ${shellWord(path)} ] || install -d -m 0700 ${owner} ${shellWord(path)}`);
}
