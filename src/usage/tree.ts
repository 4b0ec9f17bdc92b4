import type { ProcessStat } from "../system/processes.ts";

/** The main process of a program's present life. */
export interface Root {
  /** Of the program. */
  readonly name: string;
  readonly pid: number;
  /** With `pid`, names the process for good: see ProcessIdentity. */
  readonly startTime: string;
}

/**
 * Who belongs to which program: the main process, the members of its session and group, and whatever descends from those
 * by the chain of parents. Each process belongs to one program at most, and all programs are sorted out in one pass.
 *
 * @param all every process that may be a member, with its ancestors as far as they are members
 * @returns by name of the program; without a program whose main process is gone or whose PID is another's by now
 */
export function treesOf<T extends ProcessStat>(roots: readonly Root[], all: readonly T[]): Map<string, T[]> {
  const byPid = new Map(all.map((one) => [one.pid, one]));
  const alive = roots.filter((root) => byPid.get(root.pid)?.startTime === root.startTime);
  const byRoot = new Map(alive.map((root) => [root.pid, root]));
  const owners = new Map<number, Root | undefined>();
  const ownerOf = (one: T): Root | undefined => {
    if (owners.has(one.pid)) return owners.get(one.pid);
    owners.set(one.pid, undefined); // While a list that was not taken at one instant may show a circle of parents.
    const parent = byPid.get(one.ppid);
    const owner = byRoot.get(one.pid) ?? sessionOf(one, byRoot) ?? (parent === undefined ? undefined : ownerOf(parent));
    owners.set(one.pid, owner);
    return owner;
  };
  const trees = new Map<string, T[]>(alive.map((root) => [root.name, []]));
  for (const one of all) trees.get(ownerOf(one)?.name ?? "")?.push(one);
  return trees;
}

/** A session outlives its leader, and the leader's PID may then be a younger process: members are not older than it. */
function sessionOf(one: ProcessStat, byRoot: ReadonlyMap<number, Root>): Root | undefined {
  const root = byRoot.get(one.sid) ?? byRoot.get(one.pgid);
  return root !== undefined && Number(one.startTime) >= Number(root.startTime) ? root : undefined;
}
