import { type AppdError, cannot } from "../base/errors.ts";
import type { Product } from "../base/product.ts";
import { APPD_SCHEMA } from "./appd_schema.ts";
import { unknownSetting, withDefaults } from "./defaults.ts";
import { fieldAt } from "./field_at.ts";
import { listSettings } from "./list_settings.ts";
import { renamedSchema } from "./renamed_schema.ts";
import { extendSchema, type Schema, type Section } from "./section.ts";
import { isGroup } from "./setting.ts";

/** What an app says of its configuration. */
export interface AppSettings {
  /** Sections beside those of appd. */
  readonly sections: readonly Section[];
  /** Long keys by the short ones that stand for them. */
  readonly keys: Readonly<Record<string, string>>;
  /** Other defaults of settings, by key. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

/**
 * Every setting of an app: its own and appd's.
 *
 * @throws AppdError (config) when `keys` or `defaults` do not fit the settings that there are
 */
export function appSchema(product: Product, settings: AppSettings): Schema {
  const { sections, keys, defaults } = settings;
  const all: Schema = {
    ...extendSchema(renamedSchema(APPD_SCHEMA, product), { sections, prefix: product.prefix }),
    keys,
  };
  checkShortKeys(all, product.name);
  return withDefaults(all, product.name, defaults);
}

const SHORT_KEY = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/;

function checkShortKeys(schema: Schema, product: string): void {
  const shorts = Object.keys(schema.keys ?? {});
  for (const [short, long] of Object.entries(schema.keys ?? {})) {
    if (!isSetting(schema, long)) {
      const settings = listSettings(schema).filter(({ section }) => !section.many).map(({ key }) => key);
      throw unknownSetting(product, { key: long, use: `the key "${short}"`, settings });
    }
    if (!SHORT_KEY.test(short)) throw unfit(product, short, "has to be small letters, digits and _, with dots between");
    if (isTaken(schema, short)) throw unfit(product, short, "is a setting or a section itself");
    const inside = shorts.find((other) => other.startsWith(`${short}.`));
    if (inside !== undefined) throw unfit(product, short, `cannot be a setting and the table of "${inside}"`);
  }
}

function isSetting(schema: Schema, key: string): boolean {
  const found = fieldAt(schema, key);
  return found !== undefined && !found.section.many && !isGroup(found.field);
}

function isTaken(schema: Schema, key: string): boolean {
  return schema.sections.some(({ name }) => name === key) || fieldAt(schema, key)?.section.many === false;
}

function unfit(product: string, short: string, why: string): AppdError {
  return cannot(["define", product], `the key "${short}" ${why}`, { exit: "config", hint: "give it another name" });
}
