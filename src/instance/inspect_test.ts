import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { systemFiles } from "../system/files.ts";
import { systemLocks } from "../system/lock.ts";
import { inspect } from "./inspect.ts";
import { writePidFile } from "./pid_file.ts";

const NOBODY = { hasOpen: () => false, holdersOf: () => [] };

function scene(test: (paths: { lock: string; pidFile: string }) => void): void {
  const dir = fs.mkdtempSync("/tmp/appd-inspect-");
  try {
    test({ lock: join(dir, "daemon.lock"), pidFile: join(dir, "daemon.pid") });
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

const look = (paths: { lock: string; pidFile: string }, open = NOBODY as Parameters<typeof inspect>[0]["open"]) =>
  inspect({ files: systemFiles, locks: systemLocks, open }, { ...paths, family: { pids: [Deno.pid], uid: 1000 } });

Deno.test("no lock and no PID file: stopped", () => scene((paths) => assert.equal(look(paths).kind, "stopped")));

Deno.test("a PID file without a lock is stale, whatever it names", () =>
  scene((paths) => {
    writePidFile(systemFiles, paths.pidFile, Deno.ppid);
    assert.deepEqual(look(paths), { kind: "dead", leftover: `PID ${Deno.ppid}` });
  }));

Deno.test("with the lock held, the PID counts only if that process has the lock file open", () =>
  scene((paths) => {
    using _lock = systemLocks.tryExclusive(paths.lock);
    writePidFile(systemFiles, paths.pidFile, 4242);
    assert.equal(look(paths, { hasOpen: () => true, holdersOf: () => [] }).kind, "running");
    const other = look(paths, { hasOpen: () => false, holdersOf: () => [77] });
    assert.ok(other.kind === "running" && other.pid === 77, "the holder is found without the file");
    const hidden = look(paths);
    assert.ok(hidden.kind === "running" && hidden.pid === undefined && hidden.why);
  }));

Deno.test("the lock is exclusive, and free again after disposal", () =>
  scene((paths) => {
    const first = systemLocks.tryExclusive(paths.lock);
    assert.ok(first);
    assert.equal(systemLocks.tryExclusive(paths.lock), undefined);
    assert.equal(systemLocks.isHeld(paths.lock), true);
    first[Symbol.dispose]();
    assert.equal(systemLocks.isHeld(paths.lock), false);
  }));
