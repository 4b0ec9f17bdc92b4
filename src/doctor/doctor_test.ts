import assert from "node:assert/strict";
import { CHECKS } from "./checks.ts";
import { examine, type Finding, summaryOf } from "./doctor.ts";
import { fakeDaemon, fakeScene, fakeStat, GIB, MIB, NOW } from "./fake_scene.ts";
import type { DirectorySeen, DiskSeen, FileSeen, PidFileSeen, Scene, UnitSeen } from "./scene.ts";

function findingsIn(scene: Scene): Finding[] {
  return examine(scene, CHECKS).flatMap(({ findings }) => findings);
}

const base = fakeScene();
const disk = (more: Partial<DiskSeen>): Partial<Scene> => ({ disks: base.disks.map((one) => ({ ...one, ...more })) });
const logs = (budget: number) => ({ logs: [{ owner: "the daemon", budget, used: 0 }] });
const clock = (more: Partial<Scene["clock"]>): Partial<Scene> => ({ clock: { ...base.clock, ...more } });
const limits = (more: Partial<Scene["limits"]>): Partial<Scene> => ({ limits: { ...base.limits, ...more } });
const port = (more: Partial<NonNullable<Scene["port"]>>) => base.port && { port: { ...base.port, ...more } };
const pidFile = (content: PidFileSeen["content"]) => ({ pidFile: { ...base.pidFile, ino: 9, content } });
const socket = { ...fileOf(fakeStat({ kind: "socket" })), role: "control socket", kind: "socket" } as const;
const leftovers = [{ name: "web", pid: 7, command: "nginx" }];
const ghosts = [{ pid: 42, command: "appd" }];

function fileOf(stat: FileSeen["stat"], more: Partial<FileSeen> = {}): FileSeen {
  return { role: "state file", path: "/home/u/.appd/state.json", kind: "file", stat, isOurs: true, ...more };
}

function directory(more: Partial<DirectorySeen> = {}): { directories: DirectorySeen[] } {
  const stat = fakeStat({ kind: "directory", mode: 0o700 });
  const path = "/home/u/.appd";
  const wish = { isOurs: true, isWritten: true, isMade: true };
  return { directories: [{ role: "instance", path, stat, ...wish, trouble: undefined, at: path, ...more }] };
}

function unit(more: Partial<UnitSeen>): { units: UnitSeen[] } {
  const binary = { path: "/usr/bin/appd", exists: true, isThis: true };
  return { units: [{ path: "/u/appd.service", scope: "user", text: "a", wanted: "a", binary, ...more }] };
}

/** The mode of a directory above the binary, of user `owner`, as user `uid` sees it. */
function way(mode: number, { uid = 0, owner = 0, kind = "directory" }: WayOptions = {}): Partial<Scene> {
  const stat = fakeStat({ kind, mode, uid: owner });
  const to = "/srv/bin/appd";
  return { uid, ways: [{ path: kind === "file" ? to : "/srv", to, of: "binary", stat }] };
}

interface WayOptions {
  readonly uid?: number;
  readonly owner?: number;
  readonly kind?: "file" | "directory";
}

const open = (mode: number) => directory({ stat: fakeStat({ kind: "directory", mode }) });
const config = (more: Partial<Scene["configuration"]>) => ({ configuration: { ...base.configuration, ...more } });
const inotify = { instances: { used: 128, limit: 128 }, watches: { used: 1, limit: 1000 } };

/** A change of a clean scene, and the ids of what it is to lead to. */
const CASES: readonly (readonly [about: string, change: Partial<Scene> | undefined, ...ids: string[]])[] = [
  ["a clean host", {}],
  ["a daemon that is well", { daemon: fakeDaemon(), ...pidFile({ kind: "pid", pid: 42, process: undefined }) }],
  ["a PID file of nobody", pidFile({ kind: "pid", pid: 42, process: undefined }), "pid-file.stale"],
  ["a PID file without a PID", pidFile({ kind: "bad", reason: "it is empty" }), "pid-file.stale"],
  ["a PID file beside its daemon", {
    daemon: fakeDaemon(),
    ...pidFile({ kind: "pid", pid: 43, process: undefined }),
  }, "pid-file.wrong"],
  ["a PID file that is not to be trusted: its owner is said elsewhere", pidFile({ kind: "distrusted" })],
  ["a lock that may not be looked at", { daemon: { kind: "unknown", why: "permission denied" } }, "daemon.unknown"],
  ["a daemon that is silent", { daemon: fakeDaemon({ answers: false }), files: [socket] }, "daemon.hung"],
  [
    "a daemon without its socket",
    {
      daemon: fakeDaemon({ answers: false }),
      files: [{ ...socket, stat: undefined }],
    },
    "daemon.hung",
    "socket.missing",
  ],
  ["a socket of nobody", { files: [socket] }, "socket.stale"],
  ["a check that fails", {
    daemon: fakeDaemon({ failing: [{ name: "log", error: "ENOSPC", critical: true }] }),
  }, "health.failing"],
  ["settings that wait for a restart", { daemon: fakeDaemon({ needsRestart: ["server.port"] }) }, "config.late"],
  [
    "programs of a dead daemon",
    {
      leftovers,
      ...pidFile({ kind: "pid", pid: 42, process: undefined }),
    },
    "pid-file.stale",
    "leftovers.running",
  ],
  ["programs without a daemon", { leftovers }, "leftovers.unattended"],
  ["nothing of a ghost is stale or left over", {
    ...{ ghosts, leftovers, files: [socket] },
    ...pidFile({ kind: "pid", pid: 42, process: undefined }),
  }, "instances.ghost"],
  ["a daemon of another version", { daemon: fakeDaemon({ version: "0.9.0" }) }, "binary.version"],
  ["an executable that is gone", { daemon: fakeDaemon({ image: "/usr/bin/appd (deleted)" }) }, "binary.replaced"],
  ["both: the version says more", {
    daemon: fakeDaemon({ version: "0.9.0", image: "/usr/bin/appd (deleted)" }),
  }, "binary.version"],

  ["a file of ours", { files: [fileOf(fakeStat())] }],
  ["a file that is not there", { files: [fileOf(undefined)] }],
  ["a file that others can write to", { files: [fileOf(fakeStat({ mode: 0o666 }))] }, "files.open"],
  ["a file that our group can write to", { files: [fileOf(fakeStat({ mode: 0o660 }))] }],
  ["the same, and we are root", { uid: 0, files: [fileOf(fakeStat({ mode: 0o660, uid: 0 }))] }, "files.open"],
  ["a file of somebody else", { files: [fileOf(fakeStat({ uid: 1001 }))] }, "files.owner"],
  ["a file of root's where we write", { files: [fileOf(fakeStat({ uid: 0 }))] }, "files.owner"],
  ["a configuration of root's", { files: [fileOf(fakeStat({ uid: 0 }), { isOurs: false })] }],
  ["a configuration of somebody else", { files: [fileOf(fakeStat({ uid: 1001 }), { isOurs: false })] }, "files.owner"],
  ["a link", { files: [fileOf(fakeStat({ kind: "symlink", mode: 0o777 }))] }, "files.symlink"],
  ["a FIFO", { files: [fileOf(fakeStat({ kind: "fifo" }))] }, "files.kind"],

  ["a directory of ours", directory()],
  ["a directory of ours that the group can write to", open(0o770), "directories.open"],
  ["a directory that is sticky, as /tmp", open(0o1777)],
  [
    "the log's directory, as /var/log is on some hosts",
    directory({ isOurs: false, stat: fakeStat({ kind: "directory", mode: 0o775, uid: 0 }) }),
  ],
  [
    "a directory of somebody else",
    directory({ stat: fakeStat({ kind: "directory", uid: 1001 }) }),
    "directories.owner",
  ],
  ["a file in the place of a directory", directory({ stat: fakeStat() }), "directories.kind"],
  ["a directory that we may not write to", directory({ trouble: "EACCES" }), "directories.unwritable"],
  ["a directory of a read-only file system", directory({ trouble: "EROFS" }), "directories.read-only"],
  ["a directory that the daemon makes", directory({ stat: undefined, role: "log" })],
  ["a home that is not there yet", directory({ stat: undefined }), "directories.absent"],
  ["a directory above the binary that everybody can write to", way(0o777), "ways.open"],
  ["one of a group, for root", way(0o775), "ways.open"],
  ["one of a group, for a user", way(0o775, { uid: 1000 })],
  ["one that everybody can write to, for a user", way(0o777, { uid: 1000 }), "ways.open"],
  ["one with the sticky bit", way(0o1777)],
  ["one of another user, for root", way(0o755, { owner: 1000 }), "ways.owner"],
  ["one of another user, for a user", way(0o755, { uid: 1000, owner: 1001 })],
  ["a binary that everybody can write to", way(0o1777, { kind: "file" }), "ways.open"],
  ["one that it cannot make", directory({ stat: undefined, trouble: "EACCES" }), "directories.unwritable"],
  ["one that it does not make", directory({ stat: undefined, isMade: false }), "directories.missing"],
  ["a token that others can read", {
    token: { path: "/t", trouble: "others can read it", hint: "close it", open: fakeStat({ mode: 0o644 }) },
  }, "token.open"],
  ["a token that is too short", {
    token: { path: "/t", trouble: "too short", hint: "make one", open: undefined },
  }, "token.unusable"],

  [
    "two errors in the configuration",
    config({
      problems: [{ text: "1:1: a", hint: undefined }, { text: "2:1: b", hint: "so" }],
    }),
    "config.invalid",
    "config.invalid",
  ],
  ["a doubt about it", config({ warnings: ["APPD_X is not known"] }), "config.doubtful"],
  ["a command that is missing", config({ obstacles: ["cannot be run"] }), "commands.missing"],
  ["a port that somebody holds", port({ state: "taken", holder: { pid: 3, command: "nginx" } }), "port.taken"],
  ["a port that somebody hidden holds", port({ state: "taken" }), "port.taken"],
  ["a port that is ours", port({ state: "ours" })],
  ["a port for root only", port({ state: "denied" }), "port.denied"],
  ["an address of another host", port({ state: "no address" }), "port.address"],
  ["a neighbour on the same port", { siblings: [{ name: "b", home: "/b", port: 8321 }] }, "instances.port"],
  ["a neighbour on another port", { siblings: [{ name: "b", home: "/b", port: 8322 }] }],

  ["a unit that is what we would write", unit({})],
  ["a unit of another text", unit({ text: "b" }), "units.differs"],
  ["a unit of another text, when ours is not known", unit({ text: "b", wanted: undefined })],
  [
    "a unit of another binary",
    unit({
      binary: { path: "/opt/appd", exists: true, isThis: false },
    }),
    "units.other-binary",
  ],
  ["a unit of no binary", unit({ binary: { path: "/opt/appd", exists: false, isThis: false } }), "units.binary-gone"],
  ["a user that does not linger", { notLingering: "u" }, "linger.missing"],

  ["a disk that is full", disk({ free: MIB }), "disk.full"],
  ["logs that outgrow the disk", disk({ free: 100 * MIB }), "disk.forecast"],
  [
    "logs that have grown already",
    disk({
      free: 100 * MIB,
      logs: [{ owner: "the daemon", budget: 200 * MIB, used: 150 * MIB }],
    }),
  ],
  [
    "several logs together",
    disk({ free: 3 * GIB, logs: [...logs(2 * GIB).logs, ...logs(2 * GIB).logs] }),
    "disk.forecast",
  ],
  ["a log without a limit", disk(logs(Infinity)), "disk.unlimited"],
  ["hardly an inode", disk({ freeInodes: 10 }), "disk.inodes"],
  ["a file system that does not count inodes", disk({ inodes: 0, freeInodes: 0 })],
  ["a damaged database", {
    database: { ...base.database, state: { kind: "damaged", reason: "malformed" } },
  }, "database.damaged"],
  ["a database of a newer version", {
    database: { ...base.database, state: { kind: "refused", reason: "newer", hint: "so" } },
  }, "database.refused"],
  ["a database that was set aside", {
    database: { ...base.database, setAside: [{ path: "/x.corrupt-1", size: 100 }] },
  }, "database.set-aside"],
  ["a database with tables of the app that was set aside", {
    database: { ...base.database, setAside: [{ path: "/x.corrupt-1", size: 100 }], hasOwnTables: true },
  }, "database.set-aside"],

  ["a file from the future", clock({ files: [{ path: "/f", mtimeMs: NOW + 3_600_000 }] }), "clock.future"],
  ["a file server whose clock is a little ahead", clock({ files: [{ path: "/f", mtimeMs: NOW + 10_000 }] })],
  ["a clock that was never set", { now: 1000 }, "clock.past"],
  ["a clock that nobody keeps", clock({ synchronised: false }), "clock.unsynchronised"],
  ["a clock of which nobody knows", clock({ synchronised: undefined })],
  ["a TZ that is none", clock({ tz: "Middle/Nowhere", tzKnown: false }), "timezone.unknown"],

  ["few open files", limits({ openFiles: 64 }), "limits.open-files"],
  ["few processes", limits({ processes: { used: 999, limit: 1000 } }), "limits.processes"],
  ["no limit of processes", limits({ processes: undefined })],
  ["inotify used up", { ...limits({ inotify }), needs: { programs: 0, jobs: 1, repositories: 1 } }, "inotify.used-up"],
  ["a umask of 0", limits({ umask: 0 }), "umask.open"],
  ["a umask for a group of one's own", limits({ umask: 0o002 })],
  ["the same, and we are root", { uid: 0, ...limits({ umask: 0o002 }) }, "umask.open"],
  ["a tool that is missing", {
    tools: [{ name: "git", neededFor: "repo", package: "git", found: false }],
  }, "tools.missing"],
  ["nobody counts kills", { countsOomKills: false }, "memory.no-witness"],
  ["nobody counts kills, and nothing runs", {
    countsOomKills: false,
    needs: { programs: 0, jobs: 0, repositories: 0 },
  }],
  ["a variable of the loader", { steering: ["LD_PRELOAD"] }, "environment.steering"],
  ["a script of root's that others can write", config({ exposed: ["x"] }), "commands.open"],
  ["a container without an init", { zombies: 3 }, "container.no-init"],
];

for (const [about, change, ...ids] of CASES) {
  Deno.test(`doctor on ${about}: ${ids.length === 0 ? "nothing" : ids.join(", ")}`, () => {
    assert.deepEqual(findingsIn(fakeScene(change)).map(({ id }) => id).sort(), ids.toSorted());
  });
}

Deno.test("every check is tried above, and its findings are called after it", () => {
  const tried = new Set(CASES.flatMap(([, , ...ids]) => ids.map((id) => id.split(".")[0])));
  assert.deepEqual([...CHECKS.map(({ id }) => id)].sort(), [...tried].sort());
  for (const [, change] of CASES) {
    for (const { check, findings } of examine(fakeScene(change), CHECKS)) {
      for (const { id, what, why, hint } of findings) {
        assert.ok(id.startsWith(`${check.id}.`), id);
        for (const text of [what, why, hint]) assert.match(text, /[^.]$/, "no final period");
      }
    }
  }
});

Deno.test("fixes are offered only for what is ours", () => {
  const offered = (change: Partial<Scene>) => findingsIn(fakeScene(change)).map(({ fix }) => fix?.action);
  const path = "/home/u/.appd/state.json";
  assert.deepEqual(offered({ files: [fileOf(fakeStat({ mode: 0o666 }))] }), [{
    kind: "close",
    path,
    ino: 7,
    mode: 0o644,
  }]);
  assert.deepEqual(offered({ uid: 0, files: [fileOf(fakeStat({ mode: 0o666 }), { isOurs: false })] }), [undefined]);
  assert.deepEqual(offered({ files: [fileOf(fakeStat({ kind: "symlink" }))] }), [undefined]);
  assert.deepEqual(offered(open(0o777)), [{ kind: "close", path: "/home/u/.appd", ino: 7, mode: 0o700 }]);
  assert.deepEqual(offered({ leftovers }), [undefined]);
  assert.deepEqual(offered({ leftovers, ...pidFile({ kind: "bad", reason: "it is empty" }) }), [
    { kind: "remove", path: base.pidFile.path, ino: 9 },
    { kind: "end leftovers" },
  ]);
});

Deno.test("directories are closed before anything in them is touched", () => {
  const scene = { ...open(0o777), files: [fileOf(fakeStat({ mode: 0o666 })), socket] };
  const kinds = findingsIn(fakeScene(scene)).map(({ id }) => id);
  assert.deepEqual(kinds, ["directories.open", "files.open", "socket.stale"]);
});

Deno.test("texts of strangers are shown with control characters escaped", () => {
  const scene = fakeScene(port({ state: "taken", holder: { pid: 3, command: "\x1b[31mred" } }));
  assert.ok(!findingsIn(scene).some(({ what }) => what.includes("\x1b")));
});

Deno.test("the summary counts, and notes are nothing wrong", () => {
  const summary = (change: Partial<Scene>) => summaryOf(examine(fakeScene(change), CHECKS));
  const count = `${CHECKS.length} checks`;
  assert.equal(summary({}), `${count}, nothing wrong`);
  assert.equal(summary({ steering: ["LD_PRELOAD"] }), `${count}, nothing wrong, 1 note`);
  assert.equal(
    summary({ steering: ["LD_PRELOAD"], ...disk({ free: 0 }), ...clock({ tz: "x", tzKnown: false }) }),
    `${count}: 1 error, 1 warning, 1 note`,
  );
});
