import { AppdError } from "../../base/errors.ts";
import type { LoadedFile, LoadResult } from "../../config/config.ts";
import type { Path } from "../../schema/kind.ts";

/** How a name is wrong, where the file has it. */
interface Misnaming {
  /** The way to it; undefined when it does not stand there. */
  find(document: LoadedFile["document"]): Path | undefined;
  /** Follows the setting's name, without a final period. */
  readonly flaw: string;
  readonly hint: string;
}

/** The configuration has a name that does not go with what the app has. */
export class Misnamed extends AppdError {
  readonly #misnaming: Misnaming;

  /** @param options.hint for a name that has no place in the file */
  constructor(message: string, { misnaming, hint }: { readonly misnaming: Misnaming; readonly hint: string }) {
    super(message, { exit: "config", hint });
    this.#misnaming = misnaming;
  }

  /** The same with the place of the name, as every other mistake of the file has one; itself when it stands nowhere. */
  async inFile({ file }: Pick<LoadResult, "file">): Promise<AppdError> {
    const { find, flaw: message, hint } = this.#misnaming;
    const path = file && find(file.document);
    if (path === undefined) return this;
    const [{ ConfigError }, { problemsOf }] = await Promise.all([
      import("../../config/config_error.ts"),
      import("../../config/problems.ts"),
    ]);
    const flaw = { path, target: "value", message, hint } as const;
    return new ConfigError(await problemsOf([{ flaw, from: "file" }], file));
  }
}

/** The table of the configuration whose name something of the app has. */
export interface Taken {
  readonly section: "program" | "job";
  /** The name of the table. */
  readonly name: string;
  /** What of the app has it: `a service of the app`. */
  readonly by: string;
}

/** A table of the configuration is called as something of the app is. @param message where the app itself made the table */
export function nameTaken(message: string, { section, name, by }: Taken): Misnamed {
  const misnaming: Misnaming = {
    find(document) {
      const tables = document[section];
      const index = Array.isArray(tables) ? tables.findIndex((table: { name?: unknown }) => table.name === name) : -1;
      return index < 0 ? undefined : [section, index, "name"];
    },
    flaw: `is "${name}", and ${by} has this name`,
    hint: "give it another name: logs and events go by it",
  };
  return new Misnamed(message, { misnaming, hint: `give the ${section} another name in the configuration` });
}

const FIT = "letters, digits, ., _ and -, 64 at the most";

/** A service of the app has a name that none can have. Where a text of the file makes it so, there the mistake is. */
export function unfitName(service: string): Misnamed {
  const misnaming: Misnaming = {
    find: (document) => longestIn(service, document),
    flaw: `makes the name of a service that is unfit: "${service}"`,
    hint: FIT,
  };
  return new Misnamed(`cannot run the service "${service}": its name is unfit`, { misnaming, hint: FIT });
}

/**
 * The way to the longest text of a document that is a part of `name`, and the greater part of it or unfit itself; undefined
 * when two are equally long.
 */
function longestIn(name: string, document: LoadedFile["document"]): Path | undefined {
  const isGuilty = (text: string) => text.length * 2 > name.length || /[^\w.-]/.test(text);
  const parts = textsIn(document, []).filter(({ text }) => text !== "" && name.includes(text) && isGuilty(text))
    .toSorted((one, other) => other.text.length - one.text.length);
  const [first, second] = parts;
  return first === undefined || first.text.length === second?.text.length ? undefined : first.path;
}

function textsIn(value: unknown, path: Path): { readonly text: string; readonly path: Path }[] {
  if (typeof value === "string") return [{ text: value, path }];
  if (Array.isArray(value)) return value.flatMap((one, index) => textsIn(one, [...path, index]));
  if (typeof value !== "object" || value === null || value instanceof Date) return [];
  return Object.entries(value).flatMap(([key, one]) => textsIn(one, [...path, key]));
}
