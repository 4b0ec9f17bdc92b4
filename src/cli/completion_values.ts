import type { Kind } from "../schema/kind.ts";
import { listSettings, type NamedSetting } from "../schema/list_settings.ts";
import type { Schema } from "../schema/section.ts";
import type { Completable, SettingValue } from "./completion_model.ts";

interface Offer {
  readonly key: string;
  readonly value: Completable;
}

/** What a shell can offer behind the keys of `config set`; settings that take just anything are left out. */
export function settingValues(schema: Schema): SettingValue[] {
  const groups = new Map<string, { keys: string[]; value: Completable }>();
  for (const { key, value } of listSettings(schema).flatMap(offersOf)) {
    const same = JSON.stringify(value);
    const group = groups.get(same) ?? { keys: [], value };
    group.keys.push(key);
    groups.set(same, group);
  }
  return [...groups.values()];
}

/** Under each of its spellings, and of a table what its entries take. */
function offersOf(named: NamedSetting): Offer[] {
  const { setting: { kind } } = named;
  return keysOf(named).flatMap((key) => [...offer(key, kind), ...offer(`${key}.*`, kind.entry)]);
}

function offer(key: string, kind: Kind<unknown> | undefined): Offer[] {
  const { choices = [], completes = "text" } = kind ?? {};
  return choices.length > 0 || completes !== "text" ? [{ key, value: { kind: completes, choices } }] : [];
}

/** `program.*.restart`, since every element of a list has a name of its own. */
function keysOf({ key, shown, path, section }: NamedSetting): string[] {
  if (section.many) return section.unique === undefined ? [] : [`${section.name}.*.${path.join(".")}`];
  return [...new Set([shown, key])];
}
