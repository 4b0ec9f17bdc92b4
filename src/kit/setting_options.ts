import type { OptionSpec } from "../cli/command.ts";
import { SETTING_OPTIONS } from "../cli/setting_options.ts";
import type { AppSettings } from "../schema/app_schema.ts";
import { flagsOf } from "../schema/flags.ts";
import { dashed, listSettings } from "../schema/list_settings.ts";
import { longKey } from "../schema/short_keys.ts";
import { printable } from "../schema/toml_text.ts";

/**
 * The options of an app that override a setting for one run: appd's with the app's defaults and under its short keys, and
 * those of its own settings. Made without appd's schema, which takes its time to load.
 */
export function settingOptions({ sections, keys, defaults }: AppSettings): readonly OptionSpec[] {
  const schema = { prefix: "", reserved: [], sections, keys };
  const given = new Map(Object.entries(defaults).map(([key, value]) => [longKey(schema, key), value]));
  const own: readonly OptionSpec[] = flagsOf(listSettings(schema));
  return [...own, ...SETTING_OPTIONS].map((option) => withDefault(option, given)).flatMap((option) => {
    const short = Object.keys(keys).find((key) => keys[key] === option.setting && !key.includes("."));
    if (short === undefined || dashed(short) === option.name) return [option];
    return [{ ...option, name: dashed(short) }, { ...option, help: `the same as --${dashed(short)}` }];
  });
}

function withDefault(option: OptionSpec, given: ReadonlyMap<string, unknown>): OptionSpec {
  const { setting = "", value } = option;
  if (value === undefined || !given.has(setting)) return option;
  return { ...option, value: { ...value, default: printable(given.get(setting)) } };
}
