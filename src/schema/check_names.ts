import { nearest } from "../base/nearest.ts";
import type { CheckedElement, Elements } from "./document_check.ts";
import type { Reading } from "./kind.ts";
import type { NotificationSettings } from "./settings_notify.ts";
import type { ProgramSettings } from "./settings_program.ts";

/** Instances must not be called as another program is, and notifications name programs that exist. */
export function checkNames(elements: Elements, reading: Reading): void {
  const names = elements("program").map(({ raw }) => typeof raw.name === "string" ? raw.name : "");
  checkInstances(elements("program"), { names, reading });
  for (const [index, { value }] of elements("notify").entries()) {
    const { programs = [] } = value as NotificationSettings | undefined ?? {};
    for (const [position, name] of programs.entries()) {
      if (names.includes(name)) continue;
      const near = nearest(name, names);
      const hint = near === undefined ? "leave programs out for all of them" : `did you mean "${near}"?`;
      reading.flaw(`is "${name}", and no program has this name`, {
        path: ["notify", index, "programs", position],
        hint,
      });
    }
  }
}

function checkInstances(
  elements: readonly CheckedElement[],
  { names, reading }: { readonly names: readonly string[]; readonly reading: Reading },
): void {
  const counts = new Map<string, number>();
  for (const { value } of elements) {
    const program = value as ProgramSettings | undefined;
    if (program?.instances !== undefined) counts.set(program.name, program.instances);
  }
  for (const [index, name] of names.entries()) {
    const [, family = "", number = ""] = /^(.+)\.([1-9]\d*)$/.exec(name) ?? [];
    if (Number(number) > (counts.get(family) ?? 0) || number === "") continue;
    reading.flaw(`is "${name}", the name of an instance of "${family}"`, {
      path: ["program", index, "name"],
      hint: "give it another name",
    });
  }
}
