import { AppdError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { isTable, type Kind, type Path } from "../schema/kind.ts";
import { listSettings, type NamedSetting } from "../schema/list_settings.ts";
import type { Schema, Section } from "../schema/section.ts";
import { longKey } from "../schema/short_keys.ts";
import { isGroup } from "../schema/setting.ts";

/** What a dotted key of a user leads to. */
export interface KeyTarget {
  readonly named: NamedSetting;
  /** Way to the value in the document, elements of arrays by their index. */
  readonly path: Path;
  /** The setting's kind, or of one entry of a table: `program.web.env.MODE`. */
  readonly kind: Kind<unknown>;
  /** The element of an array of tables: `web`. */
  readonly element?: string;
  /** The entry of a table: `MODE`. */
  readonly entry?: string;
}

/**
 * Finds the setting that a user means: `server.port`, `log.levels.appd.http`, `program.web.restart`,
 * `program.web.env.MODE`. Programs are found by name in `document`. Short keys of an app are as good as long ones.
 *
 * @throws AppdError (usage) with the nearest key
 */
export function findKey(schema: Schema, given: string, document: Readonly<Record<string, unknown>> = {}): KeyTarget {
  const settings = listSettings(schema);
  const key = longKey(schema, given);
  const found = settings.filter(({ section }) => !section.many).map((named) => targetOf(named, key, named.key));
  const inLists = elementsOf(schema, document).flatMap(({ section, name, index }) => {
    const prefix = `${section.name}.${name}.`;
    if (!key.startsWith(prefix)) return [];
    const own = settings.filter((named) => named.section === section);
    return own.map((named) => {
      const target = targetOf(named, key.slice(prefix.length), named.path.join("."));
      return target && { ...target, path: [section.name, index, ...target.path.slice(1)], element: name };
    });
  });
  const target = [...found, ...inLists].find((each) => each !== undefined);
  if (target) return target;
  throw unknownKey(schema, given, document);
}

/** A setting as a whole; of an array of tables, in one of these. */
export function wholeTarget(
  named: NamedSetting,
  element?: { readonly name: string; readonly index: number },
): KeyTarget {
  const { section, setting } = named;
  const path = section.name === "" ? named.path : [section.name, ...named.path];
  if (element === undefined) return { named, path, kind: setting.kind };
  const { name, index } = element;
  return { named, path: [section.name, index, ...named.path], kind: setting.kind, element: name };
}

function targetOf(named: NamedSetting, key: string, own: string): KeyTarget | undefined {
  const { setting } = named;
  const whole = wholeTarget(named);
  if (key === own) return whole;
  const entry = key.startsWith(`${own}.`) ? key.slice(own.length + 1) : "";
  const kind = entryKind(setting.kind, entry);
  return kind === undefined ? undefined : { ...whole, path: [...whole.path, entry], kind, entry };
}

/** The kind of what stands in a table under a key. */
function entryKind({ entry, fields = {} }: Kind<unknown>, key: string): Kind<unknown> | undefined {
  if (key === "") return undefined;
  const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
  return field === undefined || isGroup(field) ? entry : field.kind;
}

/** The named elements of all arrays of tables in a document. */
export function elementsOf(schema: Schema, document: Readonly<Record<string, unknown>>) {
  return schema.sections.filter(({ many }) => many).flatMap((section) => {
    const raws = Object.hasOwn(document, section.name) ? document[section.name] : undefined;
    if (!Array.isArray(raws)) return [];
    return raws.flatMap(
      (raw: unknown, index): { section: Section; name: string; index: number; raw: Record<string, unknown> }[] => {
        const name = isTable(raw) && section.unique !== undefined ? raw[section.unique] : undefined;
        return isTable(raw) && typeof name === "string" ? [{ section, name, index, raw }] : [];
      },
    );
  });
}

function unknownKey(schema: Schema, key: string, document: Readonly<Record<string, unknown>>): AppdError {
  const settings = listSettings(schema);
  const elements = elementsOf(schema, document);
  const all = [
    ...settings.filter(({ section }) => !section.many).flatMap(({ key, shown }) => key === shown ? key : [shown, key]),
    ...elements.flatMap(({ section, name }) =>
      settings.filter((named) => named.section === section).map(({ path }) =>
        `${section.name}.${name}.${path.join(".")}`
      )
    ),
  ];
  const ending = all.find((known) => known.endsWith(`.${key}`));
  const near = ending ?? nearest(key, all);
  const list = schema.sections.find(({ many, name }) => many && key.startsWith(`${name}.`));
  const hint =
    list && !elements.some(({ section, name }) => section === list && key.startsWith(`${list.name}.${name}.`))
      ? `write ${list.name}.NAME.KEY; known names: ${
        elements.filter(({ section }) => section === list).map(({ name }) => name).join(", ") || "none"
      }`
      : near === undefined
      ? "see all settings: appd config list"
      : `did you mean ${near}?`;
  return new AppdError(`cannot find "${key}": no setting has this key`, { exit: "usage", hint });
}
