import fs from "node:fs";
import { join } from "node:path";

const ROOT = "/sys/fs/cgroup";

/** A memory cgroup (cgroups(7), version 1 or 2). Disposing removes it, once what was in it has ended. */
export interface MemoryCgroup extends Disposable {
  /** Moves a process in; what it allocates from now on is counted. */
  add(pid: number): void;
}

function write(path: string, value: string): void {
  fs.writeFileSync(path, value, { flag: "r+" }); // Never created: what is not there is not supported.
}

/** Where cgroups can be made, and the name of the file that limits memory. */
function place(): { readonly parent: string; readonly limit: string } | undefined {
  if (fs.existsSync(join(ROOT, "memory", "memory.limit_in_bytes"))) {
    return { parent: join(ROOT, "memory"), limit: "memory.limit_in_bytes" };
  }
  const controllers = join(ROOT, "cgroup.subtree_control");
  if (!fs.existsSync(controllers) || !fs.readFileSync(controllers, "utf8").includes("memory")) return undefined;
  return { parent: ROOT, limit: "memory.max" };
}

/** @returns undefined where this machine does not let us make one */
export function openMemoryCgroup(limitBytes: number): MemoryCgroup | undefined {
  const found = place();
  if (found === undefined) return undefined;
  let directory: string;
  try {
    directory = fs.mkdtempSync(join(found.parent, "appd-test-"));
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "EACCES" || code === "EPERM" || code === "EROFS") return undefined;
    throw error;
  }
  write(join(directory, found.limit), `${limitBytes}`);
  const swap = join(directory, "memory.swap.max");
  if (fs.existsSync(swap)) write(swap, "0");
  return {
    add: (pid) => write(join(directory, "cgroup.procs"), `${pid}`),
    [Symbol.dispose]: () => fs.rmdirSync(directory),
  };
}
