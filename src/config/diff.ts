import type { ReloadBehaviour } from "../schema/setting.ts";
import type { LoadResult } from "./config.ts";

/** One difference between two configurations. */
export interface ConfigChange {
  /** `log.level`, or of an array of tables `program.web`. */
  readonly key: string;
  readonly change: "added" | "removed" | "changed";
  readonly effect: ReloadBehaviour;
}

type Loaded = Pick<LoadResult, "settings" | "schema"> & { readonly config: object };

/** What differs between two configurations by value, in the order of the settings. Values are never part of it. */
export function diffConfig(before: Loaded, after: Loaded): ConfigChange[] {
  const changes: ConfigChange[] = [];
  for (const [key, { named, layers }] of after.settings) {
    const [from, to] = [before.settings.get(key)?.layers[0]?.value, layers[0]?.value];
    if (same(from, to)) continue;
    const change = from === undefined ? "added" : to === undefined ? "removed" : "changed";
    changes.push({ key, change, effect: named.setting.reload });
  }
  for (const { many, name, as, unique } of after.schema.sections) {
    if (many) {
      changes.push(...listChanges(name, elements(before.config, as, unique), elements(after.config, as, unique)));
    }
  }
  return changes;
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
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner: unknown) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
        : inner,
  ) ?? "undefined";
}
