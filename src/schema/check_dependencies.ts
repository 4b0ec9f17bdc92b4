import { nearest } from "../base/nearest.ts";
import type { CheckedElement, Elements } from "./document_check.ts";
import type { Condition } from "./kind_dependencies.ts";
import type { Path, Reading } from "./kind.ts";
import type { ProgramSettings } from "./settings_program.ts";

/** A program with what it waits for and where that stands. */
interface Node {
  readonly name: string;
  readonly settings: ProgramSettings | undefined;
  readonly waitsFor: readonly { readonly name: string; readonly condition: Condition; readonly path: Path }[];
}

/** What a program waits for has to exist, be able to meet the condition, and not wait for the program itself. */
export function checkDependencies(elements: Elements, reading: Reading): void {
  const nodes = new Map<string, Node>();
  for (const [index, element] of elements("program").entries()) {
    const node = nodeOf(element, index);
    if (node !== undefined && !nodes.has(node.name)) nodes.set(node.name, node);
  }
  for (const node of nodes.values()) {
    for (const edge of node.waitsFor) checkEdge(edge, { node, nodes, reading });
  }
  for (const { trail, path } of cyclesIn(nodes)) {
    reading.flaw(`closes a circle: ${trail.join(" -> ")}`, {
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
  const waitsFor = Object.entries(settings?.dependsOn ?? {}).map(([name, condition], position) => ({
    name,
    condition,
    path: ["program", index, "depends_on", Array.isArray(given) ? position : name],
  }));
  return { name: raw.name, settings, waitsFor };
}

function checkEdge(
  { name, condition, path }: Node["waitsFor"][number],
  { node, nodes, reading }: { node: Node; nodes: ReadonlyMap<string, Node>; reading: Reading },
): void {
  const told = { path, target: "key" } as const;
  const other = nodes.get(name);
  if (name === node.name) {
    return reading.flaw("is the program itself", { ...told, hint: "take it out" });
  }
  if (other === undefined) {
    const near = nearest(name, [...nodes.keys()].filter((known) => known !== node.name));
    const hint = near === undefined ? `add a [[program]] with name = "${name}"` : `did you mean "${near}"?`;
    return reading.flaw(`names "${name}", and no program has this name`, { ...told, hint });
  }
  if (condition === "completed" && other.settings?.restart === "always") {
    reading.flaw(`waits until "${name}" has completed, and with restart = "always" it never has`, {
      ...told,
      hint: `give "${name}" restart = "on-failure" or "never"`,
    });
  }
}

/** Every program is entered once, so that a cycle is told once; without recursion, because a chain can be thousands long. */
function* cyclesIn(nodes: ReadonlyMap<string, Node>): Generator<{ trail: readonly string[]; path: Path }> {
  const settled = new Set<string>();
  for (const root of nodes.values()) {
    const way = settled.has(root.name) ? [] : [root];
    const open = new Map([[root.name, root.waitsFor.values()]]);
    for (let node = way.at(-1); node !== undefined; node = way.at(-1)) {
      const edge = open.get(node.name)?.next().value;
      const other = edge === undefined ? undefined : nodes.get(edge.name);
      if (edge === undefined) {
        settled.add(node.name);
        open.delete(node.name);
        way.pop();
      } else if (open.has(edge.name)) {
        const names = way.map(({ name }) => name);
        if (edge.name !== node.name) {
          yield { trail: [...names.slice(names.indexOf(edge.name)), edge.name], path: edge.path };
        }
      } else if (other !== undefined && !settled.has(other.name)) {
        way.push(other);
        open.set(other.name, other.waitsFor.values());
      }
    }
  }
}
