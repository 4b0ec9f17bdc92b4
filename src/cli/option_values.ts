import { nearest } from "../base/nearest.ts";
import type { CommandSpec, OptionSpec, ProgramSpec, ValueSpec } from "./command.ts";
import type { OptionValue } from "./invocation.ts";
import type { Scanned } from "./scan.ts";
import { parseSpan } from "./span.ts";
import { usageError } from "./usage.ts";

/** The command that was asked for, and where it stands. */
export interface Asked {
  readonly program: ProgramSpec;
  readonly path: readonly string[];
  readonly command: CommandSpec | undefined;
}

/** The options that this command takes, the global ones included, by name. */
export function ownOptions(asked: Asked): Map<string, OptionSpec> {
  return new Map([...asked.program.globals, ...(asked.command?.options ?? [])].map((option) => [option.name, option]));
}

/**
 * Options by name. Values are judged by the command's own row: another command may give the same option other choices.
 *
 * @throws AppdError (usage) naming the option and what it takes
 */
export function optionsOf(asked: Asked, scanned: Scanned): Record<string, OptionValue> {
  const ours = ownOptions(asked);
  const values: Record<string, OptionValue> = {};
  for (const { option, value } of scanned.given) {
    const spec = ours.get(option.name)?.value;
    const read = spec === undefined || value === undefined ? true : readValue(option, { spec, text: value });
    const before = values[option.name];
    values[option.name] = spec?.many && before !== undefined ? `${before},${read}` : read;
  }
  return values;
}

/** What a text means as the value of an option. @throws AppdError (usage) naming the option and what it takes */
export function readValue(option: OptionSpec, given: { readonly spec: ValueSpec; readonly text: string }): OptionValue {
  const { spec, text } = given;
  const refuse = (cause: string, hint: string) => usageError(`cannot use option "--${option.name}": ${cause}`, hint);
  if (text === "") throw refuse("the value is empty", `for example: --${option.name}=${spec.default ?? spec.name}`);
  if (option.setting !== undefined) return text;
  if (spec.choices && !spec.choices.includes(text)) {
    const near = nearest(text, spec.choices);
    const hint = near === undefined ? `for example: --${option.name}=${spec.choices[0]}` : `did you mean "${near}"?`;
    throw refuse(`"${text}" is none of ${spec.choices.join(", ")}`, hint);
  }
  if (spec.kind === "count") {
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw refuse(
      `"${text}" is no whole number from 0 to 999999999`,
      `for example: --${option.name}=${spec.default ?? "10"}`,
    );
  }
  if (spec.kind !== "duration") return text;
  const ms = parseSpan(text);
  if (ms === undefined) throw refuse(`"${text}" is no duration`, `units are ms, s, m, h, d, w: --${option.name}=1m30s`);
  return ms;
}

/**
 * Settings that were given as options, as text by dotted key; the schema judges them.
 *
 * @throws AppdError (usage) when two options that set the same setting are given
 */
export function settingsOf(scanned: Scanned): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const { option, value } of scanned.given) {
    if (option.setting === undefined || value === undefined) continue;
    const other = scanned.given.find((one) => one.option.setting === option.setting && one.option !== option)?.option;
    if (other !== undefined) {
      throw usageError(
        `cannot use "--${other.name}" and "--${option.name}" at once: both set ${option.setting}`,
        "give one of them",
      );
    }
    settings[option.setting] = value;
  }
  return settings;
}
