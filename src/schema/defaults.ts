import { AppdError, cannot, messageOf } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { fieldAt } from "./field_at.ts";
import { type Flaw, startReading } from "./kind.ts";
import { listSettings } from "./list_settings.ts";
import type { Schema, Section } from "./section.ts";
import { type Fields, isGroup, type Setting } from "./setting.ts";
import { longKey } from "./short_keys.ts";

type Defaults = Readonly<Record<string, unknown>>;

/**
 * A schema with other defaults.
 *
 * @param defaults raw values, as they would stand in the file, by dotted key; of every program: `program.restart`
 * @throws AppdError (config) when there is no such setting, or it cannot have that value
 */
export function withDefaults(schema: Schema, product: string, defaults: Defaults): Schema {
  const given = new Map(Object.entries(defaults).map(([key, value]) => [longKey(schema, key), value]));
  if (given.size === 0) return schema;
  check(schema, product, given);
  const sections = schema.sections.map((section): Section => ({
    ...section,
    fields: changed(section.fields, section.name === "" ? "" : `${section.name}.`, given),
  }));
  return { ...schema, sections };
}

function changed(fields: Fields, prefix: string, given: ReadonlyMap<string, unknown>): Fields {
  const entries = Object.entries(fields).map(([key, field]) => {
    const name = `${prefix}${key}`;
    if (isGroup(field)) return [key, { ...field, fields: changed(field.fields, `${name}.`, given) }] as const;
    return [key, given.has(name) ? withDefault(field, given.get(name)) : field] as const;
  });
  return Object.fromEntries(entries);
}

function withDefault(setting: Setting, value: unknown): Setting {
  const { inherit: _, defaultText: __, ...rest } = setting;
  return { ...rest, presence: "default", default: value };
}

function check(schema: Schema, product: string, given: ReadonlyMap<string, unknown>): void {
  for (const [key, value] of given) {
    const setting = fieldAt(schema, key)?.field;
    if (setting === undefined || isGroup(setting)) {
      throw unknownSetting(product, { key, use: "a default", settings: listSettings(schema).map(({ key }) => key) });
    }
    const misfit = misfitOf(setting, value);
    if (misfit === undefined) continue;
    throw cannot(["define", product], `the default of ${key} ${misfit.message}`, { exit: "config", hint: misfit.hint });
  }
}

/** Why a setting cannot have a default, after its key; undefined when it can. */
export function misfitOf(
  { kind }: Pick<Setting, "kind">,
  value: unknown,
): { readonly message: string; readonly hint: string } | undefined {
  const flaws: Flaw[] = [];
  try {
    kind.read(value, startReading({ base: "/", sink: (flaw) => void flaws.push(flaw) }));
  } catch (error) {
    return { message: `makes its kind throw: ${messageOf(error)}`, hint: "a kind records a flaw, and does not throw" };
  }
  const flaw = flaws.find(({ warning }) => !warning);
  return flaw && { message: flaw.message, hint: flaw.hint ?? `it is a setting of the type ${kind.label}` };
}

/** An app speaks of a setting that is not there. */
export function unknownSetting(
  product: string,
  { key, use, settings }: { readonly key: string; readonly use: string; readonly settings: Iterable<string> },
): AppdError {
  const near = nearest(key, settings);
  return cannot(["define", product], `${use} names "${key}", and no setting has this key`, {
    exit: "config",
    hint: near === undefined ? "keys are dotted, such as server.port" : `did you mean "${near}"?`,
  });
}
