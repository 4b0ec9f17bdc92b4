import { isTable, type Path, printedBy } from "../schema/kind.ts";
import { listSettings, type NamedSetting } from "../schema/list_settings.ts";
import { tomlText } from "../schema/toml_text.ts";
import type { LayerValue, LoadedFile, LoadResult } from "./config.ts";
import { elementsOf, findKey, type KeyTarget, wholeTarget } from "./keys.ts";
import { type Positions, positionsOf } from "./positions.ts";

type Loaded = Pick<LoadResult, "settings" | "file" | "schema">;

/** One layer's word on a setting, for people. */
export interface ShownLayer {
  readonly layer: LayerValue["layer"];
  /** `--port`, `APPD_SERVER_PORT`, `/home/u/.appd/config.toml:3:8`, or empty for the default. */
  readonly where: string;
  /** As it would stand in the file; secrets are masked. */
  readonly value: unknown;
  /** Whether this layer decides. */
  readonly wins: boolean;
}

/** A setting's value and where it comes from. */
export interface SettingValue {
  readonly key: string;
  /** As it would stand in the file; undefined when nothing is set. Secrets are masked. */
  readonly value: unknown;
  /** The value as TOML; empty when nothing is set. */
  readonly text: string;
  readonly layer: LayerValue["layer"];
  readonly where: string;
}

/** Everything about one setting. */
export interface Explanation extends SettingValue {
  readonly help: string;
  readonly doc?: string;
  /** The other spelling of the key, where an app has two. */
  readonly also?: string;
  readonly type: string;
  readonly reload: "applied" | "needs restart";
  /** `--port`, where there is an option. */
  readonly option?: string;
  /** `APPD_SERVER_PORT`, where there is a variable. */
  readonly variable?: string;
  readonly example: string;
  /** Every layer that has a word on it, the winner first. */
  readonly layers: readonly ShownLayer[];
}

/**
 * What a setting means, which layer decides it, and what the other layers say.
 *
 * @param key `server.port`, `program.web.restart`
 * @throws AppdError (usage) when no setting has the key
 */
export async function explain(loaded: Loaded, key: string): Promise<Explanation> {
  const target = findKey(loaded.schema, key, loaded.file?.document);
  const positions = loaded.file && await positionsOf(loaded.file.text);
  const { named, kind } = target;
  const { setting, flag, env } = named;
  const layers = shownLayers(loaded, target, positions);
  return {
    ...valueOf(key, layers),
    help: setting.help,
    ...(setting.doc === undefined ? {} : { doc: setting.doc }),
    ...(named.shown === named.key ? {} : { also: key === named.shown ? named.key : named.shown }),
    type: kind.label,
    reload: setting.reload,
    ...(flag === undefined ? {} : { option: `--${flag}` }),
    ...(env === undefined ? {} : { variable: env }),
    example: tomlText(setting.example),
    layers,
  };
}

/** The value of one setting. @throws AppdError (usage) when no setting has the key */
export function getSetting(loaded: Loaded, key: string): SettingValue {
  return valueOf(key, shownLayers(loaded, findKey(loaded.schema, key, loaded.file?.document), undefined));
}

/** Every setting with its value, those of each program included. */
export function listValues(loaded: Loaded): SettingValue[] {
  const settings = listSettings(loaded.schema);
  const valueAt = (target: KeyTarget, key: string) => valueOf(key, shownLayers(loaded, target, undefined));
  const single = settings.filter(({ section }) => !section.many)
    .map((named) => valueAt(wholeTarget(named), named.shown));
  const inLists = elementsOf(loaded.schema, loaded.file?.document ?? {}).flatMap((element) =>
    settings.filter(({ section }) => section === element.section).map((named) =>
      valueAt(wholeTarget(named, element), `${element.section.name}.${element.name}.${named.path.join(".")}`)
    )
  );
  return [...single, ...inLists];
}

function valueOf(key: string, layers: readonly ShownLayer[]): SettingValue {
  const [winner] = layers;
  const value = winner?.value;
  return {
    key,
    value,
    text: value === undefined ? "" : tomlText(value),
    layer: winner?.layer ?? "default",
    where: winner?.where ?? "",
  };
}

function shownLayers(loaded: Loaded, target: KeyTarget, positions: Positions | undefined): ShownLayer[] {
  const { named, path, element, entry, kind } = target;
  const layers = element === undefined ? loaded.settings.get(named.key)?.layers ?? [] : elementLayers(loaded, target);
  return layers.flatMap(({ layer, source, raw }): Omit<ShownLayer, "wins">[] => {
    const value = entry === undefined ? raw : own(raw, entry);
    if (value === undefined) return [];
    const where = layer === "file" && loaded.file ? placeOf(loaded.file, path, positions) : source;
    return [{ layer, where, value: named.setting.secret ? masked(value) : printedBy(kind, value) }];
  }).map((shown, index) => ({ ...shown, wins: index === 0 }));
}

/** Layers of a setting inside an array of tables: the file and the default. */
function elementLayers(
  loaded: Loaded,
  { named, path, entry }: KeyTarget,
): Pick<LayerValue, "layer" | "source" | "raw">[] {
  const whole = entry === undefined ? path : path.slice(0, -1);
  const raw = whole.reduce<unknown>((here, step) => own(here, step), loaded.file?.document);
  const fallback = defaultRaw(loaded, named);
  return [
    ...(raw === undefined ? [] : [{ layer: "file" as const, source: loaded.file?.path ?? "", raw }]),
    ...(fallback === undefined
      ? []
      : [{ layer: "default" as const, source: named.setting.inherit ?? "", raw: fallback }]),
  ];
}

function defaultRaw({ settings }: Loaded, { setting }: NamedSetting): unknown {
  return setting.inherit === undefined ? setting.default : settings.get(setting.inherit)?.layers[0]?.raw;
}

function own(here: unknown, step: string | number): unknown {
  return typeof here === "object" && here !== null && Object.hasOwn(here, step)
    ? (here as Record<string | number, unknown>)[step]
    : undefined;
}

function placeOf(file: LoadedFile, path: Path, positions: Positions | undefined): string {
  const spot = positions?.find(file.spelled(path), "value");
  return spot === undefined ? file.path : `${file.path}:${spot.line}:${spot.column}`;
}

const MASK = "***";

function masked(value: unknown): unknown {
  return isTable(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, MASK])) : MASK;
}
