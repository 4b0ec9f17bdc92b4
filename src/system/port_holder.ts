import fs from "node:fs";
import { readable } from "./proc.ts";
import { systemProcesses } from "./processes.ts";

/** The process behind a listening port. */
export interface PortHolder {
  readonly pid: number;
  /** The first word of argv only: the others may carry secrets. */
  readonly command: string;
}

/** State column of a listening socket in /proc/net/tcp, proc_net_tcp(5). */
const LISTEN = "0A";

/**
 * Socket inodes that listen on `port`, from the text of /proc/net/tcp or /proc/net/tcp6.
 * Columns: number, local address, remote address, state, … the tenth is the inode.
 */
export function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const inodes: string[] = [];
  for (const line of table.split("\n")) {
    const columns = line.trim().split(/\s+/);
    const inode = columns[9];
    if (columns[1]?.endsWith(suffix) && columns[3] === LISTEN && inode !== undefined) inodes.push(inode);
  }
  return inodes;
}

/** Who listens on TCP `port`, as far as this user may see; undefined when nobody visible does. */
export function findPortHolder(port: number): PortHolder | undefined {
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readable(() => fs.readFileSync(path, "utf8")) ?? "");
  const links = new Set(tables.flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`));
  if (links.size === 0) return undefined;
  const pid = readable(() => fs.readdirSync("/proc"))?.map(Number).find((pid) => pid > 0 && holdsAny(pid, links));
  if (pid === undefined) return undefined;
  return { pid, command: systemProcesses.commandLine(pid)[0] ?? "unknown" };
}

function holdsAny(pid: number, links: ReadonlySet<string>): boolean {
  const directory = `/proc/${pid}/fd`;
  const names = readable(() => fs.readdirSync(directory)) ?? [];
  return names.some((name) => links.has(readable(() => fs.readlinkSync(`${directory}/${name}`)) ?? ""));
}
