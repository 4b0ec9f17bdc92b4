import type { FileStat } from "../system/files.ts";
import type { RunningDaemon, Scene } from "./scene.ts";

export const NOW = Date.UTC(2026, 0, 15, 12);

/** A regular file of user 1000, closed to others, unless said otherwise. */
export function fakeStat(more: Partial<FileStat> = {}): FileStat {
  const size = 100;
  const owned = { mode: 0o600, uid: 1000, gid: 1000, nlink: 1 };
  return { ...owned, ino: 7, dev: 1, size, mtimeMs: NOW, birthMs: NOW, kind: "file", ...more };
}

/** A daemon of which there is nothing to say. */
export function fakeDaemon(more: Partial<RunningDaemon> = {}): RunningDaemon {
  const image = "/usr/bin/appd";
  return {
    ...{ kind: "running", pid: 42, answers: true, processState: "S", version: "1.0.0", image, failing: [] },
    ...{ needsRestart: [], ...more },
  };
}

/** A host on which nothing is wrong, as user 1000, without a daemon. */
export function fakeScene(more: Partial<Scene> = {}): Scene {
  return {
    ...{ program: "appd", instance: "default", home: "/home/u/.appd", uid: 1000, now: NOW, version: "1.0.0" },
    daemon: { kind: "stopped" },
    pidFile: { path: "/home/u/.appd/daemon.pid", content: { kind: "absent" }, ino: 0 },
    ...{ files: [], directories: [], ways: [], token: undefined, siblings: [], ghosts: [], leftovers: [], units: [] },
    configuration: { path: "/home/u/.appd/config.toml", problems: [], warnings: [], obstacles: [], exposed: [] },
    needs: { programs: 1, jobs: 1, repositories: 0 },
    port: { bind: "127.0.0.1", port: 8321, state: "free", holder: undefined, holderInstance: undefined },
    notLingering: undefined,
    disks: [{
      ...{ path: "/home/u/.appd", size: 100 * GIB, free: 50 * GIB, inodes: 1_000_000, freeInodes: 900_000 },
      logs: [{ owner: "the daemon", budget: 200 * MIB, used: MIB }],
    }],
    clock: { files: [], synchronised: true, tz: undefined, tzKnown: true, zone: "UTC" },
    limits: { openFiles: 1024, processes: { used: 100, limit: 1000 }, umask: 0o022, inotify: undefined },
    database: { path: "/home/u/.appd/appd.db", state: { kind: "sound" }, setAside: [], hasOwnTables: false },
    ...{ tools: [], countsOomKills: true, steering: [], zombies: undefined },
    ...more,
  };
}

export const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;
