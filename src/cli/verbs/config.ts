import { explain as explainSetting, getSetting, listValues } from "../../config/explain.ts";
import { initConfig } from "../../config/init.ts";
import { setSetting } from "../../config/set.ts";
import { appReader, loadContextConfig, type Loaded } from "../../app/load.ts";
import { exposedCommands } from "../../app/exposed_commands.ts";
import { modeWarnings } from "../../app/kit/mode_warnings.ts";
import { trustWarnings } from "../../app/trust.ts";
import { tokenWarnings } from "../../app/token.ts";
import { jobWarnings } from "../../app/jobs/job_warnings.ts";
import { programWarnings } from "../../app/programs/program_warnings.ts";
import { escapeControls } from "../../base/escape.ts";
import { jsonSchemaOf } from "../../schema/json_schema.ts";
import { starterToml } from "../../schema/starter.ts";
import { printable } from "../../schema/toml_text.ts";
import { contextOf } from "../context_of.ts";
import { isOn } from "../invocation.ts";
import { renderExplanation, renderSettings } from "../render_config.ts";
import type { VerbInput } from "../verb.ts";

/** Prints the value of one setting: a text as it is, everything else as TOML. */
export async function get(input: VerbInput): Promise<number> {
  const { output } = input;
  const setting = getSetting(await load(input), argument(input, 0));
  if (output.json) output.printJson(setting);
  else output.print(setting.value === undefined ? "" : printable(setting.value));
  return 0;
}

/** Changes one setting in the file, when the file that comes out is valid. */
export async function set(input: VerbInput): Promise<number> {
  const { output, program, system } = input;
  const context = contextOf(input);
  const reader = await appReader(context);
  const result = await setSetting(
    {
      home: context.paths.home,
      file: context.configFile,
      flags: {},
      env: system.host.env,
      files: system.files,
      schema: reader.schema,
      accept: async (loaded) => void await reader.wanted(loaded),
    },
    argument(input, 0),
    argument(input, 1),
  );
  if (output.json) output.printJson(result);
  else if (!result.changed) output.tell(`${program.name}: "${result.file}" says so already`);
  else {
    const then = result.reload === "applied" ? "reload" : "restart";
    const how = output.advise(`${program.name} ${then}`);
    output.tell(`${program.name}: written to "${result.file}"; a running daemon takes it by: ${how}`);
  }
  return 0;
}

/** Prints every setting with its value and where that comes from. */
export async function list(input: VerbInput): Promise<number> {
  const { output } = input;
  const values = listValues(await load(input));
  if (output.json) output.printJson(values);
  else output.print(renderSettings(values, output.style).join("\n"));
  return 0;
}

/** Succeeds when the configuration is valid; the error names every problem. What is only doubtful is said. */
export async function check(input: VerbInput): Promise<number> {
  const { app, output, program, system } = input;
  const loaded = await load(input);
  const { file } = loaded;
  const all = [
    ...loaded.warnings,
    ...modeWarnings(app.modes, loaded.own.services),
    ...trustWarnings(contextOf(input), loaded),
    ...tokenWarnings(loaded.config, system),
    ...await programWarnings(loaded, system),
    ...await jobWarnings(loaded, system),
    ...await exposedCommands(loaded, system),
  ];
  const warnings = all.map(output.advise);
  if (output.json) {
    output.printJson({ ok: true, file: file?.path ?? null, warnings });
    return 0;
  }
  for (const text of warnings) output.note(`${program.name}: warning: ${escapeControls(text)}`);
  if (file) output.tell(`${program.name}: "${file.path}" is valid`);
  else output.tell(`${program.name}: no file at "${contextOf(input).configFile}", the defaults apply`);
  return 0;
}

/** Prints the path of the file, whether it exists or not. */
export function path(input: VerbInput): number {
  const { configFile } = contextOf(input);
  if (input.output.json) input.output.printJson({ path: configFile });
  else input.output.print(configFile);
  return 0;
}

/** Prints what a setting means, which layer decides it, and what the others say. */
export async function explain(input: VerbInput): Promise<number> {
  const { output } = input;
  const explanation = await explainSetting(await load(input), argument(input, 0));
  if (output.json) output.printJson(explanation);
  else output.print(renderExplanation(explanation, output).join("\n"));
  return 0;
}

/** Prints the JSON Schema of the file. */
export async function schema({ app, program, output }: VerbInput): Promise<number> {
  output.printJson(jsonSchemaOf(await app.schema(), program.name));
  return 0;
}

/** Writes a commented starter file, or prints it with `--stdout`. */
export async function init(input: VerbInput): Promise<number> {
  const { app, invocation, output, program, system } = input;
  const text = starterToml(await app.schema(), program.name);
  if (isOn(invocation, "stdout")) {
    output.print(text.trimEnd());
    return 0;
  }
  const { configFile } = contextOf(input);
  initConfig({ files: system.files, path: configFile, text, force: isOn(invocation, "force") });
  if (output.json) output.printJson({ path: configFile });
  else output.tell(`${program.name}: wrote "${configFile}"`);
  return 0;
}

function load(input: VerbInput): Promise<Loaded> {
  return loadContextConfig(contextOf(input));
}

function argument({ invocation }: VerbInput, index: number): string {
  return invocation.arguments[index] ?? "";
}
