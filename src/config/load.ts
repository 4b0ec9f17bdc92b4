import { nearest } from "../base/nearest.ts";
import { APPD_SCHEMA, type Config } from "../schema/appd_schema.ts";
import { type Flaw, type Path, startReading } from "../schema/kind.ts";
import { envName, listSettings, type NamedSetting } from "../schema/list_settings.ts";
import { type DocumentValues, readDocument } from "../schema/read.ts";
import type { ConfigOf, Schema } from "../schema/section.ts";
import { inLongKeys, spellingIn } from "../schema/short_keys.ts";
import { assemble } from "./assemble.ts";
import type { LayerValue, LoadedFile, LoadOptions, LoadResult, ResolvedSetting } from "./config.ts";
import { ConfigError, problemText } from "./config_error.ts";
import { type PlacedFlaw, problemsOf } from "./problems.ts";
import { readSource } from "./source.ts";
import { parseToml } from "./syntax.ts";
import { rawFromText } from "./text_value.ts";

/**
 * Reads appd's configuration: command line over file over environment over default.
 *
 * @throws ConfigError naming every problem of every layer
 * @throws AppdError (noPermission, io) when the file cannot be read
 */
export function loadConfig(options: LoadOptions): Promise<LoadResult<Config>> {
  return loadWith(APPD_SCHEMA, options);
}

/** {@link loadConfig} for any schema. */
export async function loadWith<const S extends Schema>(
  schema: S,
  options: LoadOptions,
): Promise<LoadResult<ConfigOf<S>>> {
  const text = readSource(options);
  return await loadText(schema, text, options);
}

/** {@link loadWith} for a text that is or will be the file's; undefined when there is no file. */
export async function loadText<const S extends Schema>(
  schema: S,
  text: string | undefined,
  options: Omit<LoadOptions, "files" | "explicit">,
): Promise<LoadResult<ConfigOf<S>>> {
  const flaws: PlacedFlaw[] = [];
  const sink = (flaw: Flaw) => void flaws.push({ flaw, from: "file" });
  const reading = startReading({ base: options.home, sink });
  const written = text === undefined ? {} : await parseToml(text, options.file);
  const document = inLongKeys(schema, written, reading);
  const spelled = spellingIn(schema, written);
  const mentions = (path: Path) => Object.hasOwn(written, spelled(path)[0] ?? "");
  const place = { path: options.file, text: text ?? "", document, spelled, mentions };
  const file = text === undefined ? undefined : place;
  const given = readDocument(schema, document, reading);
  const settings = await resolveAll(schema, { given, file, options, flaws });
  const config = assemble(schema, { settings, lists: given.lists, home: options.home, flaws });
  const bad = flaws.filter(({ flaw }) => !flaw.warning);
  if (bad.length > 0) throw new ConfigError(await problemsOf(bad, place));
  const warnings = [...unknownVariables(schema, options.env), ...(await problemsOf(flaws, place)).map(problemText)];
  return { config: config as ConfigOf<S>, settings, file, warnings, schema, home: options.home };
}

interface ResolveInput {
  readonly given: DocumentValues;
  readonly file: LoadedFile | undefined;
  readonly options: Omit<LoadOptions, "files" | "explicit">;
  readonly flaws: PlacedFlaw[];
}

async function resolveAll(schema: Schema, input: ResolveInput): Promise<Map<string, ResolvedSetting>> {
  const resolved = new Map<string, ResolvedSetting>();
  for (const named of listSettings(schema).filter(({ section }) => !section.many)) {
    const before = input.flaws.length;
    const layers = await layersOf(named, { ...input, resolved });
    resolved.set(named.key, { named, layers });
    const missing = named.setting.presence === "required" && layers.length === 0 && input.flaws.length === before;
    if (missing && !isFlawed(named, input.flaws)) input.flaws.push({ flaw: lacks(named), from: "file" });
  }
  return resolved;
}

/** Whether a value of the setting was given and refused. */
function isFlawed({ key }: NamedSetting, flaws: readonly PlacedFlaw[]): boolean {
  return flaws.some(({ flaw }) => `${flaw.path.join(".")}.`.startsWith(`${key}.`));
}

function lacks({ section, path, shown, env }: NamedSetting): Flaw {
  const hint = `add: ${shown} = …${env === undefined ? "" : `, or set the variable ${env}`}`;
  const way = section.name === "" ? path : [section.name, ...path];
  return { path: way, target: "value", message: "is missing, and has no default", hint };
}

/** Every layer's word on a setting, strongest first. */
async function layersOf(
  named: NamedSetting,
  input: ResolveInput & { readonly resolved: ReadonlyMap<string, ResolvedSetting> },
): Promise<LayerValue[]> {
  const { key, flag, env, setting } = named;
  const { given, file, options, resolved } = input;
  const layers: LayerValue[] = [];
  const option = flag === undefined ? undefined : options.flags[key];
  if (option !== undefined) {
    layers.push(...await fromText(named, option, { layer: "command line", name: flag ?? key, input }));
  }
  const inFile = given.values.get(key);
  if (inFile !== undefined) layers.push({ layer: "file", source: file?.path ?? "", ...inFile });
  const variable = env === undefined ? undefined : options.env[env];
  if (variable) layers.push(...await fromText(named, variable, { layer: "environment", name: env ?? key, input }));
  const inherited = setting.inherit === undefined ? undefined : resolved.get(setting.inherit)?.layers[0];
  const raw = inherited?.raw ?? setting.default;
  if (raw !== undefined) {
    const reading = startReading({ base: options.home, sink: (flaw) => void input.flaws.push({ flaw, from: "file" }) });
    layers.push({ layer: "default", source: "", raw, value: inherited?.value ?? setting.kind.read(raw, reading) });
  }
  return layers;
}

async function fromText(
  { setting, section, path }: NamedSetting,
  text: string,
  where: { layer: "command line" | "environment"; name: string; input: ResolveInput },
): Promise<LayerValue[]> {
  const { layer, name, input: { options, flaws } } = where;
  const from = layer === "command line" ? "option" as const : "variable" as const;
  const sink = (flaw: Flaw) => void flaws.push({ flaw, from, name });
  let reading = startReading({ base: options.home, sink });
  for (const step of section.name === "" ? path : [section.name, ...path]) reading = reading.at(step);
  const raw = await rawFromText(setting.kind, text);
  const value = setting.kind.read(raw, reading);
  return value === undefined ? [] : [{ layer, source: from === "option" ? `--${name}` : name, raw, value }];
}

/** Variables of ours that are no settings: they choose the instance, or travel between our own processes. */
const OWN_VARIABLES = /^(HOME|CONFIG|NAME|INSTANCE|PROGRAM|PROGRAM_ID|JOB(_.*)?|RUN_ID|GIT_.*|INTERNAL_.*)$/;

function unknownVariables(schema: Schema, env: LoadOptions["env"]): string[] {
  const prefix = `${schema.prefix}_`;
  const strangers = Object.keys(env).filter((name) =>
    name.startsWith(prefix) && !OWN_VARIABLES.test(name.slice(prefix.length))
  );
  if (strangers.length === 0) return [];
  const settings = listSettings(schema);
  const known = settings.flatMap(({ env }) => env === undefined ? [] : [env]);
  const longNames = new Map(settings.map(({ shown, env }) => [envName(schema, shown), env]));
  return strangers.filter((name) => !known.includes(name)).map((name) => {
    const near = longNames.get(name) ?? nearest(name, known);
    return `variable ${name} is not known${near === undefined ? "" : `, did you mean ${near}?`}`;
  });
}
