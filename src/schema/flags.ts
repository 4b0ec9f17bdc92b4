import type { NamedSetting } from "./list_settings.ts";
import { printable } from "./toml_text.ts";

/** A command line option that overrides a setting for one run. */
export interface SettingFlag {
  /** Without the dashes. */
  readonly name: string;
  /** Dotted key of the setting. */
  readonly setting: string;
  readonly help: string;
  readonly value: {
    /** Placeholder in help, in capitals. */
    readonly name: string;
    readonly kind: "text" | "file";
    readonly choices?: readonly string[];
    readonly default?: string;
  };
}

/** The options that settings have, in the order of their definition. */
export function flagsOf(settings: readonly NamedSetting[]): SettingFlag[] {
  return settings.flatMap(({ flag, key, setting }) => {
    if (flag === undefined || setting.flag === undefined) return [];
    const { choices, completes } = setting.kind;
    const value = {
      name: setting.flag,
      kind: completes === "file" ? "file" as const : "text" as const,
      ...(choices === undefined ? {} : { choices }),
      ...(setting.default === undefined ? {} : { default: printable(setting.default) }),
    };
    return [{ name: flag, setting: key, help: setting.help, value }];
  });
}
