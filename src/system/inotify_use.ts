import fs from "node:fs";
import { readable } from "./proc.ts";

/** What one user has of inotify(7), and may have. */
export interface InotifyUse {
  readonly instances: { readonly used: number; readonly limit: number };
  readonly watches: { readonly used: number; readonly limit: number };
}

/** Counts what the processes of user `uid` hold, as far as /proc shows it; undefined where there is no such limit. */
export function inotifyUse(uid: number): InotifyUse | undefined {
  const instances = limitOf("max_user_instances");
  const watches = limitOf("max_user_watches");
  if (instances === undefined || watches === undefined) return undefined;
  const held = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))
    .filter((pid) => readable(() => fs.statSync(`/proc/${pid}`).uid) === uid)
    .flatMap(watchesOf);
  return {
    instances: { used: held.length, limit: instances },
    watches: { used: held.reduce((sum, count) => sum + count, 0), limit: watches },
  };
}

function limitOf(name: string): number | undefined {
  const text = readable(() => fs.readFileSync(`/proc/sys/fs/inotify/${name}`, "utf8"));
  return text === undefined ? undefined : Number(text);
}

/** For each instance of a process its number of watches: a line of /proc/PID/fdinfo each, proc_pid_fdinfo(5). */
function watchesOf(pid: string): number[] {
  const names = readable(() => fs.readdirSync(`/proc/${pid}/fd`)) ?? [];
  const own = names.filter((name) =>
    readable(() => fs.readlinkSync(`/proc/${pid}/fd/${name}`)) === "anon_inode:inotify"
  );
  return own.map((name) =>
    (readable(() => fs.readFileSync(`/proc/${pid}/fdinfo/${name}`, "utf8")) ?? "").match(/^inotify /gm)?.length ?? 0
  );
}
