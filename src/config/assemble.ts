import { isTable, type Path, type Reading, startReading } from "../schema/kind.ts";
import type { Elements } from "../schema/document_check.ts";
import { readElement } from "../schema/read.ts";
import type { Schema, Section } from "../schema/section.ts";
import { camel } from "../schema/setting.ts";
import type { ResolvedSetting } from "./config.ts";
import type { PlacedFlaw } from "./problems.ts";

interface AssembleInput {
  readonly settings: ReadonlyMap<string, ResolvedSetting>;
  readonly lists: ReadonlyMap<string, readonly unknown[]>;
  readonly home: string;
  readonly flaws: PlacedFlaw[];
}

/** Puts the winners of all layers and the arrays of tables together to one configuration. */
export function assemble(schema: Schema, input: AssembleInput): Record<string, unknown> {
  const { settings, flaws } = input;
  const reading = readingInto(flaws, input);
  // A flawed value with a default is judged as the default; one without would look as if nobody had given it.
  const absent = flaws.filter(({ flaw }) => settings.get(flaw.path.join("."))?.layers.length === 0);
  const broken = new Set(absent.map(({ flaw }) => flaw.path[0]));
  const config: Record<string, unknown> = {};
  for (const section of schema.sections) {
    if (section.many) {
      config[section.as] = elementsOf(section, input.lists.get(section.name) ?? [], reading.at(section.name));
    } else {
      const values = section.name === "" ? reading : reading.at(section.name);
      const table = tableOf(section, settings);
      const done = broken.has(section.name) ? table : section.finish(table, values);
      if (section.name === "") Object.assign(config, done);
      else config[section.as] = done;
    }
  }
  const own = elementsFor(schema, { ...config }, input);
  const found = judge(schema, own, input);
  if (isGood(flaws)) { for (const link of schema.links ?? []) link(config, own); }
  flaws.push(...isGood(found) || schema.makes === undefined ? found : judgeAgain(schema, { config, own, input }));
  return config;
}

function readingInto(flaws: PlacedFlaw[], { settings, home }: AssembleInput): Reading {
  return startReading({
    base: home,
    lookup: (key) => settings.get(key)?.layers[0]?.value,
    sink: (flaw) => void flaws.push({ flaw, ...originOf(settings, flaw.path) }),
  });
}

function isGood(flaws: readonly PlacedFlaw[]): boolean {
  return flaws.every(({ flaw }) => flaw.warning);
}

/** What the checks of the whole document find. */
function judge(schema: Schema, elements: Elements, input: AssembleInput): PlacedFlaw[] {
  const found: PlacedFlaw[] = [];
  const reading = readingInto(found, input);
  for (const check of schema.checks ?? []) check(elements, reading);
  return found;
}

/**
 * The same, with the programs that the app makes of the configuration, since something that was named is not there. Of a
 * configuration that has other flaws nobody knows what it would make.
 */
function judgeAgain(
  schema: Schema,
  { config, own, input }: { readonly config: unknown; readonly own: Elements; readonly input: AssembleInput },
): PlacedFlaw[] {
  const made = isGood(input.flaws) ? schema.makes?.(config).map((name) => ({ name })) ?? [] : [{}];
  const more = made.map((raw) => ({ raw, value: undefined, own: true } as const));
  return judge(schema, (name) => name === "program" ? [...own(name), ...more] : own(name), input);
}

/** The tables of sections as these have read them, beside what the file says. */
function elementsFor(
  schema: Schema,
  config: Readonly<Record<string, unknown>>,
  { lists, flaws }: Pick<AssembleInput, "lists" | "flaws">,
): Elements {
  return (name) => {
    const section = schema.sections.find((each) => each.name === name);
    const values = config[section?.as ?? ""];
    if (section?.many === false) {
      const flawed = flaws.some(({ flaw }) => flaw.path[0] === name && !flaw.warning);
      return [{ raw: {}, value: flawed ? undefined : values }];
    }
    const tables = (lists.get(name) ?? []).map((raw, index) => ({
      raw: isTable(raw) ? raw : {},
      value: Array.isArray(values) ? values[index] : undefined,
    }));
    const brought = schema.brings?.[name as "job" | "program"] ?? [];
    return [...tables, ...brought.map((name) => ({ raw: { name }, value: undefined, own: true } as const))];
  };
}

/** Where the value at `path` comes from; what nobody gave counts as the file's. */
function originOf(settings: AssembleInput["settings"], path: Path) {
  const winner = settings.get(path.join("."))?.layers[0];
  if (winner?.layer === "command line") return { from: "option", name: winner.source.slice(2) } as const;
  if (winner?.layer === "environment") return { from: "variable", name: winner.source } as const;
  return { from: "file" } as const;
}

function tableOf(section: Section, settings: AssembleInput["settings"]): Record<string, unknown> {
  const table: Record<string, unknown> = {};
  for (const { named, layers } of settings.values()) {
    if (named.section !== section || layers[0] === undefined) continue;
    let here = table;
    for (const step of named.path.slice(0, -1)) here = (here[camel(step)] ??= {}) as Record<string, unknown>;
    here[camel(named.path.at(-1) ?? "")] = layers[0].value;
  }
  return table;
}

function elementsOf(section: Section, raws: readonly unknown[], reading: Reading): unknown[] {
  const seen = new Set<unknown>();
  return raws.flatMap((raw, index) => {
    if (!isTable(raw)) return [];
    const unique = section.unique === undefined ? undefined : raw[section.unique];
    if (section.unique !== undefined && typeof unique === "string") {
      if (seen.has(unique)) {
        reading.at(index).at(section.unique).flaw("is taken already", { hint: "every one needs a name of its own" });
      }
      seen.add(unique);
    }
    return [readElement(section, raw, reading.at(index))];
  });
}
