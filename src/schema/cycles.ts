import type { Path } from "./kind.ts";

/** Something with a name that leads to others. */
export interface CycleNode {
  readonly name: string;
  readonly edges: readonly { readonly name: string; readonly path: Path }[];
}

/** A way that ends where it begins, and where the edge that closes it stands. */
export interface Cycle {
  /** Names: `a`, `b`, `a`. */
  readonly trail: readonly string[];
  readonly path: Path;
}

/** So many circles are told: a document of thousands of tables can have millions. */
const MOST_CYCLES = 50;

/** Longest trail that is drawn whole. */
const LONGEST = 12;

/** `a -> b -> a`; of a long trail both ends. */
export function trailText(trail: readonly string[]): string {
  if (trail.length <= LONGEST) return trail.join(" -> ");
  const half = LONGEST / 2;
  const left = trail.length - LONGEST;
  return [...trail.slice(0, half), `(${left} more)`, ...trail.slice(-half)].join(" -> ");
}

/**
 * The first circles in a graph; what leads to itself is none. Every node is entered once, so that a circle is told once;
 * without recursion, because a chain can be thousands long.
 */
export function* cyclesIn(nodes: ReadonlyMap<string, CycleNode>): Generator<Cycle> {
  const settled = new Set<string>();
  let told = 0;
  for (const root of nodes.values()) {
    const way = settled.has(root.name) ? [] : [root];
    const open = new Map([[root.name, root.edges.values()]]);
    for (let node = way.at(-1); node !== undefined; node = way.at(-1)) {
      const edge = open.get(node.name)?.next().value;
      const other = edge === undefined ? undefined : nodes.get(edge.name);
      if (edge === undefined) {
        settled.add(node.name);
        open.delete(node.name);
        way.pop();
      } else if (open.has(edge.name)) {
        if (edge.name === node.name) continue;
        const names = way.map(({ name }) => name);
        yield { trail: [...names.slice(names.indexOf(edge.name)), edge.name], path: edge.path };
        if (++told >= MOST_CYCLES) return;
      } else if (other !== undefined && !settled.has(other.name)) {
        way.push(other);
        open.set(other.name, other.edges.values());
      }
    }
  }
}
