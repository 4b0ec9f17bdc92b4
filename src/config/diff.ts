import { canonicalJson } from "../base/canonical.ts";
import { APPD_SCHEMA } from "../schema/appd_schema.ts";
import { listSettings, type NamedSetting } from "../schema/list_settings.ts";
import type { Schema } from "../schema/section.ts";
import { camel, type ReloadBehaviour } from "../schema/setting.ts";

/** One difference between two configurations. */
export interface ConfigChange {
  /** `log.level`, or of an array of tables `program.web`. */
  readonly key: string;
  readonly change: "added" | "removed" | "changed";
  readonly effect: ReloadBehaviour;
}

/**
 * What differs between two configurations, in the order of the settings. Values are never part of it.
 *
 * @param schema the one that both were read by
 */
export function diffConfig(before: object, after: object, schema: Schema = APPD_SCHEMA): ConfigChange[] {
  const single = listSettings(schema).filter(({ section }) => !section.many).flatMap((named): ConfigChange[] => {
    const [from, to] = [valueAt(before, named), valueAt(after, named)];
    if (same(from, to)) return [];
    const change = from === undefined ? "added" : to === undefined ? "removed" : "changed";
    return [{ key: named.shown, change, effect: named.setting.reload }];
  });
  const lists = schema.sections.filter(({ many }) => many).flatMap(({ name, as, unique }) =>
    listChanges(name, elements(before, as, unique), elements(after, as, unique))
  );
  return [...single, ...lists];
}

function valueAt(config: object, { section, path }: NamedSetting): unknown {
  const way = [...(section.name === "" ? [] : [section.as]), ...path.map(camel)];
  return way.reduce<unknown>((here, step) => (here as Record<string, unknown> | undefined)?.[step], config);
}

function listChanges(
  section: string,
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): ConfigChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name): ConfigChange[] => {
    if (same(before.get(name), after.get(name))) return [];
    const change = !before.has(name) ? "added" : !after.has(name) ? "removed" : "changed";
    return [{ key: `${section}.${name}`, change, effect: "applied" }];
  });
}

function elements(config: object, as: string, unique = "name"): Map<string, unknown> {
  const list = (config as Record<string, readonly Record<string, unknown>[]>)[as] ?? [];
  return new Map(list.map((element) => [String(element[unique]), element]));
}

/** Equality of plain data; the order of a table's keys does not count. */
function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
