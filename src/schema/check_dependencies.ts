import { cyclesIn, trailText } from "./cycles.ts";
import type { CheckedElement, Elements } from "./document_check.ts";
import type { Condition } from "./kind_dependencies.ts";
import type { Path, Reading } from "./kind.ts";
import { hintForMissing, type KnownNames, namesOf, programNoun } from "./known_names.ts";
import type { ProgramSettings } from "./settings_program.ts";

/** A program with what it waits for and where that stands. */
interface Node {
  readonly name: string;
  readonly settings: ProgramSettings | undefined;
  readonly edges: readonly { readonly name: string; readonly condition: Condition; readonly path: Path }[];
}

/** What a program waits for has to exist, be able to meet the condition, and not wait for the program itself. */
export function checkDependencies(elements: Elements, reading: Reading): void {
  const nodes = new Map<string, Node>();
  const programs = elements("program");
  for (const [index, element] of programs.entries()) {
    const node = nodeOf(element, index);
    if (node !== undefined && !nodes.has(node.name)) nodes.set(node.name, node);
  }
  const known = namesOf(programs);
  for (const node of nodes.values()) {
    for (const edge of node.edges) checkEdge(edge, { node, nodes, known, programs, reading });
  }
  for (const { trail, path } of cyclesIn(nodes)) {
    reading.flaw(`closes a circle: ${trailText(trail)}`, {
      path,
      target: "key",
      hint: "take one of these dependencies out",
    });
  }
}

function nodeOf({ raw, value }: CheckedElement, index: number): Node | undefined {
  if (typeof raw.name !== "string") return undefined;
  const settings = value as ProgramSettings | undefined;
  const given = raw.depends_on;
  const edges = Object.entries(settings?.dependsOn ?? {}).map(([name, condition], position) => ({
    name,
    condition,
    path: ["program", index, "depends_on", Array.isArray(given) ? position : name],
  }));
  return { name: raw.name, settings, edges };
}

function checkEdge(
  { name, condition, path }: Node["edges"][number],
  { node, nodes, known, programs, reading }: {
    readonly node: Node;
    readonly nodes: ReadonlyMap<string, Node>;
    readonly known: KnownNames;
    readonly programs: readonly CheckedElement[];
    readonly reading: Reading;
  },
): void {
  const told = { path, target: "key" } as const;
  const other = nodes.get(name);
  if (name === node.name) {
    return reading.flaw("is the program itself", { ...told, hint: "take it out" });
  }
  if (known.lacks(name)) {
    const hint = hintForMissing(name, { section: "program", near: known.near(name, node.name), own: programs });
    return reading.flaw(`names "${name}", and no ${programNoun(programs)} has this name`, { ...told, hint });
  }
  if (condition === "completed" && other?.settings?.restart === "always") {
    reading.flaw(`waits until "${name}" has completed, and with restart = "always" it never has`, {
      ...told,
      hint: `give "${name}" restart = "on-failure" or "never"`,
    });
  }
}
