import fs from "node:fs";
import { join } from "node:path";

function walk(directory: string): string[] {
  return fs.readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    const { mtimeMs, mode, size } = fs.lstatSync(path);
    return [`${path} ${mode} ${size} ${mtimeMs}`, ...(entry.isDirectory() ? walk(path) : [])];
  });
}

/**
 * The lines of mountinfo, from proc_pid_mountinfo(5): `ID PARENT DEVICE ROOT MOUNT …`, but for the file systems that parts
 * of the suite beside this one mount in their own directories.
 */
export function mountsIn(mountinfo: string, own = Deno.env.get("APPD_SUITE")): readonly string[] {
  return mountinfo.split("\n").filter((line) => {
    const part = /^\/tmp\/appd-suite-[^/]+/.exec(line.split(" ")[4] ?? "")?.[0];
    return part === undefined || part === own;
  });
}

/**
 * Names of /dev, but for loop devices: the kernel makes one for all the host when a part beside this one mounts a file and
 * none is free, loop(4). A lab has a /dev of its own, without any.
 */
export function devicesIn(names: readonly string[]): readonly string[] {
  return names.filter((name) => !/^loop\d+$/.test(name));
}

/** What a lab must leave as it is: the host's /etc, its mounts, /dev, its users' units, and no cgroup of ours. */
export function whatTheHostHas(): Record<string, readonly string[]> {
  const names = (directory: string) => fs.existsSync(directory) ? fs.readdirSync(directory).sort() : [];
  return {
    etc: walk("/etc").sort(),
    mounts: mountsIn(fs.readFileSync("/proc/self/mountinfo", "utf8")),
    dev: devicesIn(names("/dev")),
    units: names("/root/.config/systemd/user"),
    linger: names("/var/lib/systemd/linger"),
    bin: names("/usr/local/bin"),
  };
}
