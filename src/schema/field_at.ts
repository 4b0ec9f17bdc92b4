import type { Schema, Section } from "./section.ts";
import { type Group, isGroup, type Setting } from "./setting.ts";

/** What a dotted key stands for. */
export interface FieldAt {
  readonly section: Section;
  readonly field: Setting | Group;
}

/** The setting, or the group of settings, that has a dotted key such as `server.port`; undefined when none has. */
export function fieldAt(schema: Schema, key: string): FieldAt | undefined {
  for (const section of schema.sections) {
    const prefix = section.name === "" ? "" : `${section.name}.`;
    const field = key.startsWith(prefix) ? below(section, key.slice(prefix.length).split(".")) : undefined;
    if (field !== undefined) return { section, field };
  }
  return undefined;
}

function below(section: Section, path: readonly string[]): Setting | Group | undefined {
  let here: Setting | Group = section;
  for (const step of path) {
    if (!isGroup(here) || !Object.hasOwn(here.fields, step)) return undefined;
    here = here.fields[step] as Setting | Group;
  }
  return here;
}
