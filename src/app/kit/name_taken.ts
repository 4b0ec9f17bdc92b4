import { AppdError } from "../../base/errors.ts";
import type { LoadResult } from "../../config/config.ts";

/** The table of the configuration whose name something of the app has. */
export interface Taken {
  readonly section: "program" | "job";
  /** The name of the table. */
  readonly name: string;
  /** What of the app has it: `a service of the app`. */
  readonly by: string;
}

/** A table of the configuration is called as something of the app is. */
export class NameTaken extends AppdError {
  readonly taken: Taken;

  constructor(message: string, taken: Taken) {
    super(message, { exit: "config", hint: `give the ${taken.section} another name in the configuration` });
    this.taken = taken;
  }

  /** The same with the place of the name, as every other mistake of the file has one; itself when the app made the table. */
  async inFile({ file }: Pick<LoadResult, "file">): Promise<AppdError> {
    const { section, name, by } = this.taken;
    const tables = file?.document[section];
    const index = Array.isArray(tables) ? tables.findIndex((table: { name?: unknown }) => table.name === name) : -1;
    if (index < 0) return this;
    const [{ ConfigError }, { problemsOf }] = await Promise.all([
      import("../../config/config_error.ts"),
      import("../../config/problems.ts"),
    ]);
    const flaw = {
      path: [section, index, "name"],
      target: "value",
      message: `is "${name}", and ${by} has this name`,
      hint: "give it another name: logs and events go by it",
    } as const;
    return new ConfigError(await problemsOf([{ flaw, from: "file" }], file));
  }
}
