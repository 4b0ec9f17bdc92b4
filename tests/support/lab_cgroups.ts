import fs from "node:fs";
import { join } from "node:path";

/** A cgroup of its own in every hierarchy that systemd uses; disposing removes them, once they are empty. */
export interface LabCgroups extends Disposable {
  /** `memory=/sys/fs/cgroup/memory/appd-lab-…`; version 2 has an empty name, cgroups(7). */
  readonly entries: readonly string[];
}

/** Not cpuset: a new one of version 1 takes no process until it has been given processors. */
const CONTROLLERS = ["memory", "pids", "cpu", "cpuacct", "blkio", "devices", "freezer", "name=systemd"];

interface Hierarchy {
  readonly name: string;
  readonly mount: string;
}

/** Where cgroups are mounted, from proc_pid_mountinfo(5): `… ROOT MOUNT OPTIONS … - TYPE SOURCE SUPER_OPTIONS`. */
function hierarchies(): Hierarchy[] {
  const lines = fs.readFileSync("/proc/self/mountinfo", "utf8").trim().split("\n");
  return lines.flatMap((line): Hierarchy[] => {
    const [left, right] = line.split(" - ");
    const mount = left?.split(" ")[4];
    const [type, , options = ""] = right?.split(" ") ?? [];
    if (mount === undefined) return [];
    if (type === "cgroup2") return [{ name: "", mount }];
    const names = options.split(",").filter((option) => CONTROLLERS.includes(option));
    return type === "cgroup" && names.length > 0 ? [{ name: names.join(","), mount }] : [];
  });
}

/** Our own place in a hierarchy, below which a limit of this session holds for the lab too. */
function here({ name, mount }: Hierarchy): string {
  if (name === "") return mount; // Version 2 gives controllers only to the children of a group without processes.
  const line = fs.readFileSync("/proc/self/cgroup", "utf8").split("\n").find((one) => one.split(":")[1] === name);
  const path = join(mount, line?.split(":")[2] ?? "");
  return fs.existsSync(path) ? path : mount;
}

/** The deepest first, as rmdir wants them. */
function tree(directory: string): string[] {
  if (!fs.existsSync(directory)) return [];
  const below = fs.readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...below.flatMap((entry) => tree(join(directory, entry.name))), directory];
}

/** @throws the system's error where this machine does not let us make one */
export function openLabCgroups(name: string): LabCgroups {
  const made: { readonly name: string; readonly directory: string }[] = [];
  const remove = () => made.forEach(({ directory }) => tree(directory).forEach((one) => fs.rmdirSync(one)));
  try {
    for (const hierarchy of hierarchies()) {
      const directory = join(here(hierarchy), name);
      fs.mkdirSync(directory);
      made.push({ name: hierarchy.name, directory });
    }
    if (made.length === 0) throw new Error("no cgroups are mounted");
  } catch (error) {
    remove();
    throw error;
  }
  return { entries: made.map((one) => `${one.name}=${one.directory}`), [Symbol.dispose]: remove };
}
