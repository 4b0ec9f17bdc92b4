/** Something that has to wait for others, by their names. */
export interface Dependent {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/**
 * The order in which `all` can begin: each level waits only for names of levels before it, and within one nobody waits for
 * another. Names that are not among `all` count as there. Each level keeps the order of `all`.
 *
 * @returns the levels, and what waits in a circle, or for one that does
 */
export function levelsOf(all: readonly Dependent[]): { levels: string[][]; circle: string[] } {
  const levels: string[][] = [];
  const open = new Map(all.map((one) => [one.name, one.dependsOn]));
  while (open.size > 0) {
    const level = [...open].filter(([, names]) => !names.some((name) => open.has(name))).map(([name]) => name);
    if (level.length === 0) break;
    for (const name of level) open.delete(name);
    levels.push(level);
  }
  return { levels, circle: [...open.keys()] };
}
