import { AppdError } from "../base/errors.ts";
import type { ProgramConfig } from "../schema/appd_schema.ts";
import { type Flaw, startReading } from "../schema/kind.ts";
import { readElement } from "../schema/read.ts";
import { PROGRAM_SECTION } from "../schema/settings_program.ts";
import type { LoadResult } from "./config.ts";

/**
 * A program that stands in no file, as if it were a `[[program]]` of this configuration: what is not given has its default.
 *
 * @throws AppdError (usage) when a value is none that the file could hold
 */
export function programOf(
  loaded: Pick<LoadResult, "home" | "schema" | "settings">,
  raw: { readonly name: string; readonly command: readonly string[]; readonly cwd: string },
): ProgramConfig {
  const flaws: Flaw[] = [];
  const lookup = (key: string) => loaded.settings.get(key)?.layers[0]?.value;
  const reading = startReading({ base: loaded.home, lookup, sink: (flaw) => void flaws.push(flaw) });
  const section = loaded.schema.sections.find(({ name }) => name === PROGRAM_SECTION.name) ?? PROGRAM_SECTION;
  const program = readElement(section, { ...raw }, reading);
  const [first] = flaws;
  if (first === undefined) return program as ProgramConfig;
  throw new AppdError(`cannot supervise "${raw.name}": ${first.path.join(".")} ${first.message}`, { exit: "usage" });
}
