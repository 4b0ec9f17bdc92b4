import fs from "node:fs";
import { join } from "node:path";

function walk(directory: string): string[] {
  return fs.readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    const { mtimeMs, mode, size } = fs.lstatSync(path);
    return [`${path} ${mode} ${size} ${mtimeMs}`, ...(entry.isDirectory() ? walk(path) : [])];
  });
}

/** What a lab must leave as it is: the host's /etc, its mounts, /dev, its users' units, and no cgroup of ours. */
export function whatTheHostHas(): Record<string, readonly string[]> {
  const names = (directory: string) => fs.existsSync(directory) ? fs.readdirSync(directory).sort() : [];
  return {
    etc: walk("/etc").sort(),
    mounts: fs.readFileSync("/proc/self/mountinfo", "utf8").split("\n"),
    dev: names("/dev"),
    units: names("/root/.config/systemd/user"),
    linger: names("/var/lib/systemd/linger"),
    bin: names("/usr/local/bin"),
  };
}
