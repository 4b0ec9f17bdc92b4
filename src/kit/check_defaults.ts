import { AppdError } from "../base/errors.ts";
import type { OptionSpec } from "../cli/command.ts";
import { readValue } from "../cli/option_values.ts";

/**
 * Why the default of one of a command's options cannot be: it is read as if it had been typed.
 *
 * @returns cause and hint, undefined when nothing speaks against any
 */
export function defaultFlaw(command: string, options: readonly OptionSpec[] = []): [string, string] | undefined {
  for (const option of options) {
    const refusal = refusalOf(option);
    if (refusal === undefined) continue;
    return [`the default of "--${option.name}" of "${command}" is refused: ${refusal.message}`, HINT];
  }
  return undefined;
}

const HINT = "write it as it would be typed";

function refusalOf(option: OptionSpec): AppdError | undefined {
  const { value: spec } = option;
  if (spec?.default === undefined) return undefined;
  try {
    readValue(option, { spec, text: spec.default });
    return undefined;
  } catch (error) {
    if (error instanceof AppdError) return error;
    throw error;
  }
}
