import { listSettings } from "../../schema/list_settings.ts";
import { type CompletionModel, completionModel } from "../completion_model.ts";
import { settingValues } from "../completion_values.ts";
import { bashCompletions } from "../completions_bash.ts";
import { fishCompletions } from "../completions_fish.ts";
import { zshCompletions } from "../completions_zsh.ts";
import { type Shell, SHELLS } from "../shells.ts";
import type { VerbInput } from "../verb.ts";

const WRITERS: Readonly<Record<Shell, (model: CompletionModel) => string>> = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
};

/** Prints the completion script of one shell. */
export async function completions({ app, program, invocation, output }: VerbInput): Promise<number> {
  const shell = SHELLS.find((name) => name === invocation.arguments[0]);
  if (shell === undefined) throw new Error("the table lets a shell through that has no writer");
  const schema = await app.schema();
  const settings = listSettings(schema).filter(({ section }) => !section.many).map(({ shown }) => shown);
  output.print(WRITERS[shell](completionModel(program, { settings, values: settingValues(schema) })));
  return 0;
}
