import { type Fields, isGroup, type Setting } from "./setting.ts";
import type { Schema, Section } from "./section.ts";
import { shownKeys } from "./short_keys.ts";

/** A setting with the names under which users meet it. */
export interface NamedSetting {
  /** `server.port`; of a list section `program.stop_timeout`, without the element. */
  readonly key: string;
  /** The key as people are shown it: a short one, where an app has one for it. */
  readonly shown: string;
  /** Way to it inside its section: `["log", "max_files"]`. */
  readonly path: readonly string[];
  readonly section: Section;
  readonly setting: Setting;
  /** `APPD_SERVER_PORT`; undefined where no variable can say it. */
  readonly env: string | undefined;
  /** `port`, without the dashes; undefined where there is no option. */
  readonly flag: string | undefined;
}

/** Every setting of a schema in the order of its definition. */
export function listSettings(schema: Schema): NamedSetting[] {
  const shownKey = shownKeys(schema);
  return schema.sections.flatMap((section) =>
    leaves(section.fields, []).map(({ path, setting }) => {
      const key = [...(section.name === "" ? [] : [section.name]), ...path].join(".");
      const env = section.many || setting.fileOnly ? undefined : envName(schema, key);
      const shown = section.many ? key : shownKey(key);
      return { key, shown, path, section, setting, env, flag: flagName({ section, path, setting, key, shown }) };
    })
  );
}

/** The settings below some fields with the way to each. */
export function leaves(fields: Fields, above: readonly string[]): { path: readonly string[]; setting: Setting }[] {
  return Object.entries(fields).flatMap(([key, field]) =>
    isGroup(field) ? leaves(field.fields, [...above, key]) : [{ path: [...above, key], setting: field }]
  );
}

/** `server.port` → `APPD_SERVER_PORT`. */
export function envName(schema: Schema, key: string): string {
  return `${schema.prefix}_${key.replaceAll(".", "_").toUpperCase()}`;
}

/** An option has the name of the short key; where there is none, or one in a table, it is made of section and key. */
function flagName(named: Omit<NamedSetting, "env" | "flag">): string | undefined {
  const { section, path, setting, key, shown } = named;
  if (setting.flag === undefined || section.many) return undefined;
  if (shown !== key && !shown.includes(".")) return dashed(shown);
  return dashed([...(section.flagPrefix === undefined ? [] : [section.flagPrefix]), ...path].join("-"));
}

/** `log_level` → `log-level`. */
export function dashed(key: string): string {
  return key.replaceAll("_", "-");
}
