import { reloadDaemon } from "../../app/control.ts";
import { cannot } from "../../base/errors.ts";
import { exitCode } from "../../base/exit_codes.ts";
import type { ReloadResult } from "../../base/reports.ts";
import { contextOf } from "../context_of.ts";
import { table } from "../layout.ts";
import type { VerbInput } from "../verb.ts";

/** Applies the configuration and says what became of each key. */
export async function reload(input: VerbInput): Promise<number> {
  const { output, program } = input;
  const context = contextOf(input);
  const result = await reloadDaemon(context);
  if (output.json) {
    output.printJson(result);
    return result.ok ? 0 : exitCode("config");
  }
  if (!result.ok) {
    throw cannot(["reload", context.configFile], result.error ?? "the configuration is invalid", {
      exit: "config",
      hint: `the old configuration stays live; check the new one: ${program.name} config check`,
    });
  }
  output.tell(reloadText(program.name, result));
  return 0;
}

/** One line, and below it one for each key that changed. */
export function reloadText(program: string, result: ReloadResult): string {
  const changed = result.changes.filter(({ effect }) => effect !== "unchanged");
  if (changed.length === 0) return `${program}: reloaded, nothing changed`;
  const rows = changed.map(({ key, effect }) => [{ text: key }, { text: effect }]);
  const late = changed.some(({ effect }) => effect === "needs restart");
  const lines = table(["KEY", "EFFECT"], rows).map((line) => `  ${line}`);
  return [`${program}: reloaded`, ...lines, ...(late ? [`restart to apply the rest: ${program} restart`] : [])].join(
    "\n",
  );
}
